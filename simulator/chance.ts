/** Deterministic chance: the same numbers give the same result forever, so that no state of the world need be kept. */

const MURMUR_FIRST = 0x85ebca6b
const MURMUR_SECOND = 0xc2b2ae35

/** Seed of a simulator that is given no other. */
export const DEFAULT_SEED = 1

/** Mixes integers to one unsigned 32-bit integer (the finaliser of MurmurHash3, once per part). */
export function hash(...parts: number[]): number {
  let state = 0x9e3779b9
  for (const part of parts) {
    state = Math.imul(state ^ part, MURMUR_FIRST)
    state = Math.imul(state ^ (state >>> 13), MURMUR_SECOND)
    state ^= state >>> 16
  }
  return state >>> 0
}

/** Mixes a text, by its UTF-16 units, to one unsigned 32-bit integer. */
export function textHash(text: string): number {
  let state = 0
  for (let at = 0; at < text.length; at += 1) state = hash(state, text.charCodeAt(at))
  return state
}

/** A fraction in [0, 1). */
export function fraction(...parts: number[]): number {
  return hash(...parts) / 2 ** 32
}

/** An integer from `low` to `high`, both included. */
export function between(low: number, high: number, ...parts: number[]): number {
  return low + Math.floor(fraction(...parts) * (high - low + 1))
}

/** One member of a list that is not empty. */
export function pick<T>(list: readonly [T, ...T[]], ...parts: number[]): T {
  return list[hash(...parts) % list.length] ?? list[0]
}

/** `length` lower-case hexadecimal digits. */
export function hex(length: number, ...parts: number[]): string {
  let digits = ''
  for (let block = 0; digits.length < length; block += 1) {
    digits += hash(...parts, block)
      .toString(16)
      .padStart(8, '0')
  }
  return digits.slice(0, length)
}
