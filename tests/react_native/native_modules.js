/**
 * The native half of a React Native app, as its JavaScript sees it inside Hermes: the functions and
 * modules that a phone has in Objective-C and C++. Each call is printed, and whoever runs the engine
 * does it (native_modules.ts) and hands the outcome in as a line.
 *
 * Nothing else here stands in for something of React Native.
 *
 * @module
 */
const STARTED_MILLIS = Date.now();
const callbacks = new Map();
let lastId = 0;

function tell(module, method, args) {
  print(`native ${JSON.stringify([module, method, ...args])}`);
}
function keep(callback) {
  callbacks.set(++lastId, callback);
  return lastId;
}
function drop(module, id) {
  if (callbacks.delete(id)) tell(module, "clear", [id]);
}
function nativeModule(name, methods, own) {
  const module = { addListener() {}, removeListeners() {} };
  // No loop: in this engine its rounds share one variable, where Babel has not been.
  methods.forEach((method) => {
    module[method] = (...args) => tell(name, method, args);
  });
  return Object.assign(module, own);
}
/** A timer: a function of the host since React Native has no bridge. */
function timer(method, isRepeated) {
  return (callback, millis, ...args) => {
    const id = keep(() => {
      if (!isRepeated) callbacks.delete(id);
      callback(...args);
    });
    tell("Timing", method, [id, Number(millis) || 0]);
    return id;
  };
}

const modules = {
  PlatformConstants: { getConstants: () => ({}) },
  NativePerformanceCxx: {
    now: () => Date.now() - STARTED_MILLIS,
    timeOrigin: () => STARTED_MILLIS,
  },
  NativeMicrotasksCxx: { queueMicrotask: (callback) => void Promise.resolve().then(callback) },
  Networking: nativeModule("Networking", ["abortRequest", "clearCookies"], {
    sendRequest(query, callback) {
      const id = ++lastId;
      callback(id);
      tell("Networking", "sendRequest", [id, query]);
    },
  }),
  WebSocketModule: nativeModule(
    "WebSocketModule",
    ["connect", "send", "sendBinary", "ping", "close"],
  ),
  BlobModule: nativeModule(
    "BlobModule",
    ["addNetworkingHandler", "createFromParts", "release"],
    { getConstants: () => ({ BLOB_URI_SCHEME: "blob", BLOB_URI_HOST: null }) },
  ),
  FileReaderModule: {
    readAsText: (blob, encoding) =>
      new Promise((done) =>
        tell("FileReaderModule", "readAsText", [
          keep(done),
          blob,
          encoding,
        ])
      ),
  },
};

Object.assign(globalThis, {
  RN$Bridgeless: true,
  nativeModuleProxy: modules,
  nativeLoggingHook: (text, level) => tell("Logging", "log", [text, level]),
  setTimeout: timer("setTimeout", false),
  setInterval: timer("setInterval", true),
  clearTimeout: (id) => drop("Timing", id),
  clearInterval: (id) => drop("Timing", id),
  /** Events of native modules, and the outcomes of what was asked of them. */
  native: {
    emit: (event, body) => globalThis.__rctDeviceEventEmitter.emit(event, body),
    call: (id, value) => callbacks.get(id)?.(value),
  },
});
