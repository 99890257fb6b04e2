/**
 * A machine for tests of provisioning: its files, its commands and what they change are a table.
 *
 * @module
 */
import type { CommandResult, System } from "../../../infra/provision/system.ts";

/** What a command does on the fake machine. */
export type FakeCommand = (machine: FakeSystem, args: readonly string[]) => CommandResult;

/** A machine that exists only as this object. */
export class FakeSystem implements System {
  platform = "linux";
  architecture = "x86_64";
  isRoot = true;
  searchPath: readonly string[] = ["/usr/bin", "/usr/sbin"];
  readonly cacheDirectory = "/cache";
  /** Environment variables. */
  readonly variables = new Map<string, string>();
  /** Paths that exist, and whether they can be executed. */
  readonly files = new Map<string, boolean>();
  readonly commands = new Map<string, FakeCommand>();
  readonly downloads = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Every command line that was run, in order. */
  readonly ran: string[] = [];
  readonly written = new Map<string, Uint8Array>();
  readonly said: string[] = [];
  /** How often the lock is refused before it is given. */
  lockRefusals = 0;
  locksHeld = 0;

  readonly say = (line: string): void => void this.said.push(line);

  configured(tool: { variableName: string }): string {
    return this.variables.get(tool.variableName) ?? "";
  }

  isExecutable(path: string): Promise<boolean> {
    return Promise.resolve(this.files.get(path) === true);
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.files.has(path));
  }

  run(command: string, args: readonly string[]): Promise<CommandResult> {
    this.ran.push([command, ...args].join(" "));
    const known = this.commands.get(command);
    return Promise.resolve(known?.(this, args) ?? { code: 127, output: "not found" });
  }

  download(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.downloads.get(url);
    return bytes === undefined ? Promise.reject(new Error("offline")) : Promise.resolve(bytes);
  }

  writeExecutable(path: string, bytes: Uint8Array): Promise<void> {
    this.written.set(path, bytes);
    this.files.set(path, true);
    return Promise.resolve();
  }

  tryLock(): Promise<{ release(): void } | undefined> {
    if (this.lockRefusals > 0) {
      this.lockRefusals--;
      return Promise.resolve(undefined);
    }
    this.locksHeld++;
    return Promise.resolve({ release: () => void this.locksHeld-- });
  }

  /** Gives the machine an apt-get whose `install` makes the given path, or fails. */
  withApt(installs: string | undefined): this {
    const apt: FakeCommand = (machine, args) => {
      if (args.includes("install")) {
        if (installs === undefined) return { code: 100, output: "E: broken\nE: no such package\n" };
        machine.files.set(installs, true);
      }
      return { code: 0, output: "" };
    };
    const env: FakeCommand = (machine, args) => apt(machine, args);
    this.commands.set("apt-get", apt);
    this.commands.set("env", env);
    return this;
  }

  /** Gives the machine a sudo that asks for a password, or none. */
  withSudo(passwordless: boolean): this {
    this.isRoot = false;
    this.commands.set("sudo", (machine, args) => {
      if (!passwordless) return { code: 1, output: "sudo: a password is required" };
      const [command, ...rest] = args.filter((one) => one !== "-n");
      return this.commands.get(command)?.(machine, rest) ?? { code: 0, output: "" };
    });
    return this;
  }
}
