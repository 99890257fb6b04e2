import assert from "node:assert/strict";
import { findMember, installRelease, sha256 } from "../../../infra/provision/release.ts";
import { type PinnedRelease, TOOLS } from "../../../infra/provision/tools.ts";
import { FakeSystem } from "./fake_system.ts";

/** A tar archive (ustar) of some files. */
function tarOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const blocks: number[] = [];
  for (const [path, text] of Object.entries(files)) {
    const body = encoder.encode(text);
    const head = new Uint8Array(512);
    head.set(encoder.encode(path));
    head.set(encoder.encode(body.length.toString(8).padStart(11, "0")), 124);
    head.set(encoder.encode("ustar"), 257);
    const padded = new Uint8Array(Math.ceil(body.length / 512) * 512);
    padded.set(body);
    blocks.push(...head, ...padded);
  }
  return new Uint8Array([...blocks, ...new Uint8Array(1_024)]);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function releaseOf(files: Readonly<Record<string, string>>) {
  const archive = await gzip(tarOf(files));
  const release: PinnedRelease = {
    version: "1.2.3",
    url: "https://releases.test/v{version}/tool-{platform}.tar.gz",
    member: "tool-{version}-{platform}/tool",
    sha256: { "linux-amd64": await sha256(archive), "linux-arm64": "0".repeat(64) },
  };
  const system = new FakeSystem();
  system.downloads.set("https://releases.test/v1.2.3/tool-linux-amd64.tar.gz", archive);
  system.downloads.set("https://releases.test/v1.2.3/tool-linux-arm64.tar.gz", archive);
  return { release, system };
}

const MEMBER = "tool-1.2.3-linux-amd64/tool";

Deno.test("the executable of the right release lands in the cache", async () => {
  const { release, system } = await releaseOf({ "README": "x".repeat(700), [MEMBER]: "binary" });
  assert.equal(await installRelease(system, "tool", release, system.say), undefined);
  assert.equal(new TextDecoder().decode(system.written.get("/cache/tool")), "binary");
  assert.equal(system.said.length, 2);
});

Deno.test("bytes with another checksum are not unpacked", async () => {
  const { release, system } = await releaseOf({ [MEMBER]: "binary" });
  system.architecture = "aarch64";
  assert.match(
    await installRelease(system, "tool", release, system.say) ?? "",
    /has SHA-256 [0-9a-f]{64}, expected 0{64}$/,
  );
  assert.equal(system.written.size, 0);
});

Deno.test("a platform without a pinned release, no network and an empty archive are reasons", async () => {
  const { release, system } = await releaseOf({ other: "x" });
  assert.match(
    await installRelease(system, "tool", release, system.say) ?? "",
    /does not contain tool-1\.2\.3-linux-amd64\/tool$/,
  );
  system.downloads.clear();
  assert.match(await installRelease(system, "tool", release, system.say) ?? "", /: offline$/);
  system.platform = "darwin";
  assert.equal(
    await installRelease(system, "tool", release, system.say),
    "no release is pinned for darwin-amd64",
  );
  assert.equal(system.written.size, 0);
});

Deno.test("a member is found by its whole path, and damaged archives end the search", () => {
  const tar = tarOf({ "a/tool": "1", "tool": "", "b": "x".repeat(512), "c/tool": "2" });
  const text = (path: string) => {
    const member = findMember(tar, path);
    return member && new TextDecoder().decode(member);
  };
  assert.equal(text("c/tool"), "2");
  assert.equal(text("a/tool"), "1");
  assert.equal(text("tool"), "");
  assert.equal(text("b")?.length, 512);
  assert.equal(text("d"), undefined);
  assert.equal(findMember(tar.subarray(0, 700), "c/tool"), undefined);
  assert.equal(findMember(new Uint8Array(5_000).fill(57), "c/tool"), undefined);
});

Deno.test("every pinned checksum is one, and the platforms are those that Deno names", () => {
  for (const { release } of Object.values(TOOLS)) {
    for (const [platform, checksum] of Object.entries(release?.sha256 ?? {})) {
      assert.match(platform, /^linux-(amd64|arm64)$/);
      assert.match(checksum, /^[0-9a-f]{64}$/);
    }
  }
});
