/**
 * A gateway on a machine whose clock is wrong: `shift:MILLIS` is how far it is ahead. SIGUSR1 puts
 * the clock right, SIGUSR2 wrong again.
 *
 * @module
 */
const [argument = ""] = Deno.args;
const wrongMillis = Number(argument.replace("shift:", ""));
let shiftMillis = wrongMillis;

const RightDate = Date;
class ShiftedDate extends RightDate {
  constructor(...parts: unknown[]) {
    super(...(parts.length === 0 ? [RightDate.now() + shiftMillis] : parts) as []);
  }
  static override now(): number {
    return RightDate.now() + shiftMillis;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;
Deno.addSignalListener("SIGUSR1", () => void (shiftMillis = 0));
Deno.addSignalListener("SIGUSR2", () => void (shiftMillis = wrongMillis));

await import("../../routes/main.ts");
