/**
 * The tools that the project uses and does not contain: their names, packages and releases.
 *
 * @module
 */
import type { VariableName } from "../config.ts";

/** A tool that {@link ./provision.ts} finds or installs. */
export type ToolName = "nats-server" | "redis-server" | "chromium";

/** A release that is downloaded when there is no package manager to ask. */
export interface PinnedRelease {
  readonly version: string;
  /** Where to get it, with `{version}` and `{platform}` to fill in. */
  readonly url: string;
  /** Path of the executable inside the archive, with the same to fill in. */
  readonly member: string;
  /** SHA-256 of the archive for each platform: `<os>-<architecture>` of the release's names. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** How a tool is found and installed. */
export interface Tool {
  /** Variable of infra/config.ts that names the executable. */
  readonly variable: VariableName & ("natsServer" | "redisServer" | "chromium");
  /** Its name, for advice. */
  readonly variableName: string;
  /** Names on PATH, or absolute paths where a system keeps it elsewhere. */
  readonly executables: readonly string[];
  readonly aptPackage: string;
  readonly brewArguments: readonly string[];
  /** System service that the package starts by itself, which the project does not use. */
  readonly service?: string;
  readonly release?: PinnedRelease;
}

/** Every tool. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  "nats-server": {
    variable: "natsServer",
    variableName: "EDGEBOOK_NATS_SERVER",
    executables: ["nats-server"],
    aptPackage: "nats-server",
    brewArguments: ["nats-server"],
    service: "nats-server",
    release: {
      version: "2.12.7",
      url:
        "https://github.com/nats-io/nats-server/releases/download/v{version}/nats-server-v{version}-{platform}.tar.gz",
      member: "nats-server-v{version}-{platform}/nats-server",
      // The checksums with which the official container image of this version was built
      // (nats-io/nats-docker, 2.12.x/alpine3.22). It is a Linux image: macOS has brew.
      sha256: {
        "linux-amd64": "570d2d627db111e679cc1e6bc57ba78f373ed1769acd8dc9c21c8f62d15b3c52",
        "linux-arm64": "3b9a79986778285c0e5acaba0b1218b72f6159db68fe5b8916a7d846240f9f22",
      },
    },
  },
  "redis-server": {
    variable: "redisServer",
    variableName: "EDGEBOOK_REDIS_SERVER",
    executables: ["redis-server"],
    aptPackage: "redis-server",
    brewArguments: ["redis"],
    service: "redis-server",
  },
  chromium: {
    variable: "chromium",
    variableName: "EDGEBOOK_CHROMIUM",
    executables: [
      "chromium",
      "chromium-browser",
      "google-chrome",
      "google-chrome-stable",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    aptPackage: "chromium",
    brewArguments: ["--cask", "chromium"],
  },
};
