/**
 * Our own keys, tokens and passwords, hidden by value in every text that is logged, recorded or printed: an upstream that
 * repeats what it was sent would otherwise publish them. This file imports nothing, so that every floor may use it.
 */

/** A shorter secret is not hidden: `demo` or `admin` would take words out of ordinary sentences. */
const MIN_CHARACTERS = 8

/** Stands where a secret stood. */
export const HIDDEN = '[hidden]'

/** Each form of each secret, longest first: one may contain another. */
let hidden: readonly string[] = []

/** Hides these values from now on, also as they stand in an address, in JSON and in a `Basic` header. */
export function hideSecrets(secrets: Iterable<string>): void {
  const forms = [...secrets].filter((secret) => secret.length >= MIN_CHARACTERS).flatMap(formsOf)
  hidden = [...new Set([...hidden, ...forms])].sort((a, b) => b.length - a.length)
}

/** Returns a text without our secrets. */
export function redacted(text: string): string {
  return hidden.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
}

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  // Some programs write the digits of an escape in small letters.
  const small = encoded.replaceAll(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase())
  return [secret, encoded, small, JSON.stringify(secret).slice(1, -1)]
}

/**
 * Returns the secrets of an address: its password, decoded and as it stands there, and the `Basic` credentials made of it.
 * A password that is the user's name is none.
 */
export function secretsOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return []
  const { username, password } = new URL(address)
  if (password === '' || password === username) return []
  const [user, word] = [decoded(username), decoded(password)]
  return [password, word, btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${word}`)))]
}

/** A bare `%` is refused where the address is used. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
