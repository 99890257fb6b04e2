/**
 * A TCP proxy that lets every byte arrive later: the distance between a gateway and its broker.
 * Bandwidth is not limited; order is kept. `deno run ... delay_proxy.ts TARGET_PORT ONE_WAY_MS`
 * prints its port as a line of JSON.
 *
 * @module
 */

/** Bytes that may be under way in one direction: beyond this the sender has to wait. */
const UNDER_WAY_BYTES_MAX = 256 * 1024 * 1024;

/** Copies from one end to the other, each chunk `delayMillis` after it came. */
async function carry(from: Deno.TcpConn, to: Deno.TcpConn, delayMillis: number): Promise<void> {
  const queue: { readonly dueMillis: number; readonly chunk: Uint8Array }[] = [];
  let underWayBytes = 0;
  let isEnded = false;
  let wake = Promise.withResolvers<void>();
  const write = async () => {
    for (;;) {
      const next = queue.shift();
      if (next === undefined) {
        if (isEnded) return;
        await wake.promise;
        wake = Promise.withResolvers<void>();
        continue;
      }
      const wait = next.dueMillis - performance.now();
      if (wait > 0.2) await new Promise((resolve) => setTimeout(resolve, wait));
      for (let at = 0; at < next.chunk.length;) at += await to.write(next.chunk.subarray(at));
      underWayBytes -= next.chunk.length;
    }
  };
  const read = async () => {
    const buffer = new Uint8Array(256 * 1024);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      queue.push({ dueMillis: performance.now() + delayMillis, chunk: buffer.slice(0, count) });
      underWayBytes += count;
      wake.resolve();
      while (underWayBytes > UNDER_WAY_BYTES_MAX) await new Promise((go) => setTimeout(go, 1));
    }
    isEnded = true;
    wake.resolve();
  };
  await Promise.allSettled([read(), write()]);
}

const [targetText, delayText] = Deno.args;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(JSON.stringify({ port: listener.addr.port }));
for await (const inbound of listener) {
  const outbound = await Deno.connect({ hostname: "127.0.0.1", port: Number(targetText) });
  inbound.setNoDelay(true);
  outbound.setNoDelay(true);
  const millis = Number(delayText);
  void Promise.all([carry(inbound, outbound, millis), carry(outbound, inbound, millis)]).finally(
    () => {
      for (const end of [inbound, outbound]) {
        try {
          end.close();
        } catch {
          // It was closed by its other end.
        }
      }
    },
  );
}
