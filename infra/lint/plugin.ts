/**
 * The project's lint plugin: the rules of CONTRIBUTING.md that a machine can see.
 *
 * @module
 */

import { docstring } from "./docstring.ts";
import { fileLength } from "./file_length.ts";
import { fileNames } from "./file_names.ts";
import { functionLength } from "./function_length.ts";
import { layers } from "./layers.ts";
import { noConsole } from "./no_console.ts";
import { oneEnvironmentReader } from "./one_environment_reader.ts";
import { pureCore } from "./pure_core.ts";

/** Loaded by `lint.plugins` in deno.json; a rule is switched off by `edgebook/<its name>`. */
const plugin: Deno.lint.Plugin = {
  name: "edgebook",
  rules: {
    "docstring": docstring,
    "file-length": fileLength,
    "file-names": fileNames,
    "function-length": functionLength,
    "layers": layers,
    "no-console": noConsole,
    "one-environment-reader": oneEnvironmentReader,
    "pure-core": pureCore,
  },
};

/** The plugin, as the linter asks for it. */
export default plugin;
