import assert from "node:assert/strict";
import {
  readStartArguments,
  START_HELP,
  UsageError,
} from "../../../workers/supervisor/start_arguments.ts";
import { DEFAULT_DATA_DIRECTORY } from "../../../infra/administration/local_installation.ts";

Deno.test("start arguments: without any, the usual port and the project's data directory", () => {
  assert.deepEqual(readStartArguments([]), {
    help: false,
    demo: false,
    fresh: false,
    json: false,
    servers: null,
    port: 8000,
    dataDirectory: DEFAULT_DATA_DIRECTORY,
  });
});

Deno.test("start arguments: a relative data directory is taken from the present folder", () => {
  const { dataDirectory, port, demo } = readStartArguments(["--data", "x", "--port=0", "--demo"]);
  assert.equal(dataDirectory, `${Deno.cwd()}/x`);
  assert.equal(port, 0);
  assert.equal(demo, true);
});

Deno.test("start arguments: what is not known or not allowed is refused by name", () => {
  for (
    const [args, says] of [
      [["--bogus"], /Unknown option '--bogus'/],
      [["extra"], /Unexpected argument 'extra'/],
      [["--port", "-1"], /--port/],
      [["--port", "65536"], /--port 65536 is not allowed; it takes a number from 0 to 65535/],
      [["--port", "8e3"], /--port 8e3/],
      [["--data", ""], /--data/],
      [["--demo=yes"], /--demo/],
    ] as const
  ) {
    assert.throws(() => readStartArguments([...args]), (error: Error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, says);
      return true;
    });
  }
});

Deno.test("start arguments: help names every option", () => {
  for (const option of ["demo", "port", "data", "fresh", "json", "help"]) {
    assert.match(START_HELP, new RegExp(`--${option}\\b`));
  }
});
