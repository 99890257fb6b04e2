/**
 * What the catalogue of errors says of a public code.
 *
 * @module
 */
import type { PublicCode } from "../problems.ts";

/** What a code means and what to do about it, a sentence or two each, in Markdown. */
export interface CatalogueEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/** A part of the catalogue, as it is written down. */
export type CataloguePart = Partial<
  Readonly<Record<PublicCode, readonly [meaning: string, remedy: string]>>
>;
