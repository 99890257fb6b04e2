/**
 * Where an issuer's key set may be fetched from.
 *
 * @module
 */

/** Names and addresses of this machine, which nobody between can read or write to. */
const LOOPBACK_PATTERN = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * What is wrong with the address of a key set; `null`: nothing. Whoever could change the set on its
 * way could make tokens for every account of the issuer, so it takes `https:`, and `http:` to this
 * machine alone.
 */
export function jwksUrlProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return "not a URL";
  if (url.username !== "" || url.password !== "") return "it takes no user and no password";
  if (url.protocol === "https:") return null;
  if (url.protocol !== "http:") return `${url.protocol} is not taken; it takes https:`;
  return LOOPBACK_PATTERN.test(url.hostname)
    ? null
    : "http: is taken to this machine alone; it takes https:";
}
