/**
 * A process with the history Worker in it, for tests to kill. Takes the Worker's start message as
 * one line of JSON on standard input; prints what the Worker posts, a line each.
 *
 * @module
 */

const [line] = (await new Response(Deno.stdin.readable).text()).split("\n");
const module = new URL("../../../workers/history/history_worker.ts", import.meta.url);
const worker = new Worker(module, { type: "module", name: "history" });
worker.onmessage = (event) => console.log(JSON.stringify(event.data));
worker.postMessage(JSON.parse(line));
worker.postMessage({ lead: true });
