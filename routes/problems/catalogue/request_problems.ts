/**
 * The catalogue's part about the form of a request.
 *
 * @module
 */
import type { CataloguePart } from "./catalogue_entry.ts";

/** The form of a request. */
export const REQUEST_PROBLEMS = {
  not_found: ["There is nothing at this path.", "Look the path up in the reference."],
  method_not_allowed: [
    "The path takes other methods; `Allow` lists them.",
    "Use one of those.",
  ],
  unknown_parameter: [
    "The query has a parameter that this request does not take; `limit` lists those that it takes.",
    "Correct or remove it: a misspelt filter must not turn into no filter.",
  ],
  invalid_parameter: [
    "A query parameter is missing, malformed, out of range or given twice; `field` names it.",
    "Send what `limit` says.",
  ],
  unsupported_media_type: [
    "The body is not declared as what this request takes; `limit` says what that is.",
    "Send `Content-Type: application/json`, with a frame `application/vnd.edgebook.frame`.",
  ],
  invalid_frame: [
    "The body is no frame of orders: its header, length or CRC is not right; `field` names the part.",
    "Write it as FRAMES.md has it.",
  ],
  invalid_record: [
    "A record of the frame has a value that it does not take; `field` names the record and its part.",
    "Correct it; nothing of the frame was carried out.",
  ],
  too_many_commands: [
    "The request has more commands than the limits of the key ever let in at once.",
    "Send fewer at a time; `limit` says how many.",
  ],
  malformed_json: ["The body is no JSON text.", "Send one JSON object."],
  not_an_object: ["The body is JSON, but no object.", "Send one JSON object."],
  unknown_field: [
    "The body has a field that is not known; `limit` lists those that are.",
    "Correct or remove it.",
  ],
  missing_field: ["The body lacks a field that it needs; `field` names it.", "Add the field."],
  invalid_field: [
    "A field of the body has a value that it does not take.",
    "Send what `limit` says.",
  ],
  invalid_decimal: [
    "A price, quantity or budget is not a plain decimal string.",
    'Send digits with a point between them at most, as a string: `"0.5"`, not `0.5`.',
  ],
  invalid_combination: [
    "Fields that are each valid do not go together; `limit` says what the field goes with.",
    "Leave one of them out, or change it.",
  ],
  body_unexpected: ["This request takes no body.", "Send none."],
  body_unreadable: [
    "The body ended before its announced length, or is no valid UTF-8.",
    "Send the request again as it was, in UTF-8: nothing of it was carried out.",
  ],
  body_too_large: [
    "The body is longer than `limit`.",
    "Send less; a batch or a frame can be sent as several.",
  ],
  body_too_slow: [
    "The body did not arrive in time.",
    "Send the request again, over a better connection: nothing of it was carried out.",
  ],
  url_too_long: ["Path and query together are longer than `limit`.", "Send fewer parameters."],
  headers_too_large: [
    "The header fields are too many or too long; `limit` says which.",
    "Send fewer or shorter ones; the cookies of a browser are not needed.",
  ],
} as const satisfies CataloguePart;
