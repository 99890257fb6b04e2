/**
 * A clock that counts nanoseconds and allocates nothing: `clock_gettime` by FFI. `performance.now()`
 * gives nanoseconds under Deno as well, but a call of it takes twice as long; it stands in where
 * the library cannot be opened.
 *
 * @module
 */

/** A clock, to be closed after use. */
export interface NanoClock {
  readonly name: string;
  /** Nanoseconds since some moment, at the last {@link NanoClock.read}: one element. */
  readonly nanos: Float64Array;
  /** Reads the clock. A result would be a number on the heap wherever the call is not inlined. */
  read(): void;
  close(): void;
}

/** The C library and the number of its monotonic clock, by operating system. */
const LIBRARIES: Readonly<Record<string, { readonly path: string; readonly monotonic: number }>> = {
  linux: { path: "libc.so.6", monotonic: 1 },
  darwin: { path: "libSystem.B.dylib", monotonic: 6 },
};

const TWO_TO_32 = 4_294_967_296;

/** Opens the clock. */
export function openNanoClock(): NanoClock {
  const nanos = new Float64Array(1);
  const known = LIBRARIES[Deno.build.os];
  const library = known === undefined ? null : openLibrary(known.path);
  if (library === null) {
    const read = (): void => {
      nanos[0] = performance.now() * 1e6;
    };
    return { name: "performance.now", nanos, read, close: () => {} };
  }
  const { clock_gettime: getTime } = library.symbols;
  const { monotonic } = known;
  // Seconds and nanoseconds, 64 bits each.
  const time = new Uint8Array(16);
  const words = new Uint32Array(time.buffer);
  const read = (): void => {
    getTime(monotonic, time);
    nanos[0] = (words[1] * TWO_TO_32 + words[0]) * 1e9 + words[2];
  };
  return { name: "clock_gettime", nanos, read, close: () => library.close() };
}

function openLibrary(path: string) {
  try {
    return Deno.dlopen(path, {
      clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
    });
  } catch {
    return null;
  }
}
