/**
 * Bundles an app as the tools of React Native do for a release: with Metro, React Native's own
 * configuration of it and its Babel preset. A process of its own, for Metro ends with its process.
 *
 * Usage: `bundle_main.ts FOLDER PROFILE`; FOLDER has `index.js` and gets `PROFILE.js`. The profile
 * `default` is for any engine, `hermes-stable` for the newest Hermes.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { getDefaultConfig, mergeConfig } from "@react-native/metro-config";
import Metro from "metro";
import outputBundle from "metro/private/shared/output/bundle";

/** Packages whose files may be in the bundle: Metro reads no others. */
const PACKAGES = [
  "@babel/runtime",
  "@react-native/js-polyfills",
  "base64-js",
  "flow-enums-runtime",
  "invariant",
  "metro-runtime",
  "nullthrows",
  "promise",
  "react-native",
  "regenerator-runtime",
  "whatwg-fetch",
];

/** Modules that React Native does not export. */
const INTERNAL = "react-native/src/";

const here = createRequire(import.meta.url);
const reactNative = createRequire(here.resolve("react-native/package.json"));
const REQUIRES = [
  here,
  reactNative,
  createRequire(reactNative.resolve("metro-runtime/package.json")),
  createRequire(here.resolve("@react-native/metro-config/package.json")),
];

/** Where a package's file is: in Deno's cache, and not in the folders above the app. */
function find(specifier: string): string {
  // React Native itself imports these by their paths alone.
  if (specifier.startsWith(INTERNAL)) {
    const folder = dirname(find("react-native/package.json"));
    return `${folder}/src/${specifier.slice(INTERNAL.length)}.js`;
  }
  for (const require of REQUIRES) {
    try {
      return Deno.realPathSync(require.resolve(specifier));
    } catch {
      // One of the others has it.
    }
  }
  throw new Error(`no package has ${specifier}`);
}

function configOf(folder: string) {
  const configuration = getDefaultConfig(folder);
  return mergeConfig(configuration, {
    // What lies elsewhere is not found, whatever the resolver says.
    watchFolders: [folder, ...PACKAGES.map((name) => dirname(find(`${name}/package.json`)))],
    cacheStores: [],
    fileMapCacheDirectory: folder,
    maxWorkers: 1,
    reporter: { update() {} },
    resolver: {
      useWatchman: false,
      // deno-lint-ignore no-explicit-any -- as Metro declares it
      resolveRequest(context: any, name: string, platform: string | null) {
        const isFile = name.startsWith(".") || name.startsWith("/");
        if (isFile) return context.resolveRequest(context, name, platform);
        return { type: "sourceFile", filePath: find(name) };
      },
    },
    serializer: {
      // All of them start an app's screens too, for which there is no phone here: index.js says which.
      getModulesRunBeforeMainModule: () => [],
    },
  });
}

const [folder, profile] = Deno.args;
await Metro.runBuild(await configOf(folder), {
  entry: "index.js",
  dev: false,
  minify: false,
  platform: "ios",
  output: {
    // deno-lint-ignore no-explicit-any -- Metro keeps its types of these to itself
    async build(server: any, options: any) {
      const request = { ...options, unstable_transformProfile: profile };
      const bundle = await outputBundle.build(server, request);
      await Deno.writeTextFile(`${folder}/${profile}.js`, bundle.code);
      return bundle;
    },
    save: () => Promise.resolve(),
  },
});
Deno.exit(0);
