/**
 * What can happen to a broker beside its death, made to happen to a real one.
 *
 * @module
 */
import type { Venue } from "../support/venue.ts";

/** A fault that begins, and ends. */
export interface BrokerFault {
  /** As it stands in the table of self-heal times. */
  readonly kind: string;
  begin(venue: Venue): Promise<void>;
  end(venue: Venue): Promise<void>;
}

const NATS_SERVER = "nats-server";

/** A program of this name that runs the real one with what `prepare` does before. */
async function wrapped(venue: Venue, prepare: string): Promise<string> {
  const found = await new Deno.Command("sh", { args: ["-c", `command -v ${NATS_SERVER}`] })
    .output();
  const real = new TextDecoder().decode(found.stdout).trim() || `/usr/sbin/${NATS_SERVER}`;
  const folder = await Deno.makeTempDir({ dir: venue.directory });
  const path = `${folder}/${NATS_SERVER}`;
  const text = `#!/bin/sh\n${prepare}\nexec ${real} "$@"\n`;
  await Deno.writeTextFile(path, text, { mode: 0o755 });
  return path;
}

async function restart(venue: Venue): Promise<void> {
  await venue.killNats();
  await venue.startNats();
}

/** The process is there and does nothing. */
const stopped: BrokerFault = {
  kind: "SIGSTOP of the broker",
  begin: (venue) => Promise.resolve(Deno.kill(venue.nats.pid, "SIGSTOP")),
  end: (venue) => Promise.resolve(Deno.kill(venue.nats.pid, "SIGCONT")),
};

/**
 * Not one byte more can be written to any file. nats-server 2.9.10 acknowledges nothing from then on,
 * answers no question about the stream either, and needs a restart when there is room again.
 */
const diskFull: BrokerFault = {
  kind: "a full disk (file-size limit), then a restart",
  async begin(venue) {
    const args = ["--pid", String(venue.nats.pid), "--fsize=1"];
    const { success } = await new Deno.Command("prlimit", { args }).output();
    if (!success) throw new Error("prlimit of nats-server failed");
  },
  end: restart,
};

/** The server came up without its streams. */
const noJetStream: BrokerFault = {
  kind: "JetStream disabled, then a restart",
  async begin(venue) {
    const strip = `sed '/^jetstream {/,/^}/d' "$2" > "$2.plain" && set -- -c "$2.plain"`;
    const prepare = `if [ "$1" = -c ]; then ${strip}; fi`;
    const binary = await wrapped(venue, prepare);
    await venue.killNats();
    await venue.startNats(binary);
  },
  end: restart,
};

/** Those after which everything goes on by itself. */
export const PASSING_FAULTS: readonly BrokerFault[] = [stopped, diskFull, noJetStream];
