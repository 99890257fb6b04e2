/**
 * The reference in a real browser, wide and narrow, light and dark: it asks nobody for anything, its
 * own policy lets all of it work, and nothing stands beyond the edge of the window.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type BrowserContext, chromium } from "playwright-core";
import { provision } from "../../../infra/provision/provision.ts";
import { TestGateway } from "../../routes/test_gateway.ts";
import { CHROMIUM_ARGUMENTS } from "./chromium_arguments.ts";

const PATHS = ["/reference", "/reference#placeOrder", "/errors", "/errors/insufficient_funds"];
const WINDOWS = [
  { width: 1440, height: 900, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const;

async function look(browser: BrowserContext, base: string): Promise<void> {
  const tab = await browser.newPage();
  const troubles: string[] = [];
  tab.on("console", (message) => troubles.push(message.text()));
  tab.on("pageerror", (error) => troubles.push(error.message));
  tab.on("request", (request) => {
    if (!request.url().startsWith(base)) troubles.push(`asks ${request.url()}`);
  });
  for (const { colorScheme, ...size } of WINDOWS) {
    await tab.emulateMedia({ colorScheme });
    await tab.setViewportSize(size);
    for (const path of PATHS) {
      // A page that is there already would not be loaded for another fragment of it.
      await tab.goto("about:blank");
      await tab.goto(base + path);
      const about = `${path} at ${size.width}`;
      const tooWide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth");
      assert.equal(tooWide, false, about);
      const menu = await tab.evaluate('document.querySelector(".menu").open');
      assert.equal(menu, size.width > 1_000, about);
      const ground = await tab.evaluate("getComputedStyle(document.body).backgroundColor");
      const white = "rgb(255, 255, 255)";
      assert.equal(ground === white, colorScheme === "light", `${about}: ${ground}`);
      const blocks = await tab.evaluate('document.querySelectorAll("pre").length');
      const buttons = await tab.evaluate('document.querySelectorAll("pre > .copy").length');
      assert.equal(buttons, blocks, about);
    }
  }
  await tab.goto("about:blank");
  await tab.goto(`${base}/reference#type-Order`);
  const isOpen = await tab.evaluate(
    'document.querySelector("#type-Order").closest("details").open',
  );
  assert.equal(isOpen, true, "a link to a type opens it");
  assert.deepEqual(troubles.filter((one) => !one.includes("about:blank")), []);
}

Deno.test("the reference is whole in a browser, on a desk and on a phone", async () => {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-reference-" });
  const executablePath = await provision("chromium", { say: console.error });
  const { app } = new TestGateway();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => app.fetch(request, { remoteAddr: { hostname: "127.0.0.1" } }),
  );
  const browser = await chromium.launchPersistentContext(directory, {
    executablePath,
    headless: true,
    args: [...CHROMIUM_ARGUMENTS],
  });
  try {
    await look(browser, `http://127.0.0.1:${server.addr.port}`);
  } finally {
    await browser.close();
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
});
