/**
 * The blocks of a snapshot of version 3, in base64 (see versions_test.ts): those of version 2 but for
 * the first, which says by which rules its leader went. Never changed.
 *
 * @module
 */
import { VERSION_2 } from "./version_2.ts";

/** Each block, without a CRC. */
export const VERSION_3: readonly string[] = [
  "RURCSwEIAQAAAAAAAQAAAAEAAAAAAAAAAAAAAMAAAAAKhuE7JAoGAAMAAAAAAAAAHQAAAAAAAAABAAAAAAAAAAMAAA" +
  "ADAAAAAAAAAAAAOkAAAAAAAAAQQAAAAAAAAPA/onfoYzwX/XcAAAAAAAAIQAIAAAABAAAABgAAAAsAAAADAAAAAQAA" +
  "AAQAAAADAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHAAAA",
  ...VERSION_2.slice(1),
];
