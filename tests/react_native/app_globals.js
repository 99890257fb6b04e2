/**
 * What an app finds around it: React Native's own modules that define it (`react-native/setup-env`),
 * without those for what is on the screen and for developers, and without what old ones lack.
 *
 * @module
 */
import "react-native/Libraries/Core/setUpGlobals";
import "react-native/Libraries/Core/polyfillPromise";
import "react-native/Libraries/Core/setUpTimers";
import "react-native/Libraries/Core/setUpRegeneratorRuntime";
import "react-native/Libraries/Core/setUpXHR";
import setUpPerformance from "react-native/src/private/setup/setUpPerformance";

setUpPerformance();

/** In React Native 0.70 most of a URL threw so; and no React Native has all of it. */
class Incomplete {
  constructor() {
    throw new Error("not implemented");
  }
}
for (const name of ["URL", "URLSearchParams"]) {
  Object.defineProperty(globalThis, name, { value: Incomplete });
}
delete AbortSignal.any;
delete AbortSignal.timeout;
