/**
 * How Chromium is started in tests: alone, without a screen, and without asking anybody anything.
 *
 * @module
 */

/** Its arguments. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
