/**
 * One message of a feed on its way to many listeners: the bytes as they came, and what is read out of
 * them, once, when the first one asks.
 *
 * @module
 */

const decoder = new TextDecoder();
const NOTHING: Readonly<Record<string, unknown>> = {};

/** A message. Shared by all that get it: nobody may change what it gives. */
export class HubMessage {
  /** What somebody has made of it for all that write it in the same way; see {@link form}. */
  readonly #forms = new Map<string, unknown>();
  #text: string | null = null;
  #fields: Readonly<Record<string, unknown>> | null = null;

  constructor(readonly subject: string, readonly bytes: Uint8Array) {}

  /** The bytes as text. O(length) once. */
  get text(): string {
    return this.#text ??= decoder.decode(this.bytes);
  }

  /** Its JSON; without a field where it is none. O(length) once. */
  get fields(): Readonly<Record<string, unknown>> {
    return this.#fields ??= parse(this.text);
  }

  /** `sequence` of the message; 0 where it has none. */
  get sequence(): number {
    return wholeNumber(this.fields.sequence);
  }

  /** `sequence` of the message before it on the same feed; 0 where it has none. */
  get prevSequence(): number {
    return wholeNumber(this.fields.prevSequence);
  }

  /** What `make` makes of it, made once for all that ask by this name. Few names: one a transport. */
  form<Form>(name: string, make: (message: HubMessage) => Form): Form {
    const known = this.#forms.get(name);
    if (known !== undefined) return known as Form;
    const made = make(this);
    this.#forms.set(name, made);
    return made;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : NOTHING;
  } catch {
    return NOTHING;
  }
}

const wholeNumber = (value: unknown): number => Number.isSafeInteger(value) ? value as number : 0;
