/** Eight-character base62 ids as Modrinth gives them, reversible, so that a lookup by id needs no table. */
import { hash } from '../chance.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 8
const HALF_BITS = 23
const HALF = 2 ** HALF_BITS
const ROUNDS = 4

/**
 * The id of a number below 2^46. Consecutive numbers get unrelated ids (a small Feistel network, keyed by the seed).
 */
export function encodeModrinthId(seed: number, number: number): string {
  let left = Math.floor(number / HALF)
  let right = number % HALF
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = left ^ (hash(seed, round, right) % HALF)
    left = right
    right = next
  }
  let rest = left * HALF + right
  let id = ''
  for (let digit = 0; digit < LENGTH; digit += 1) {
    id = DIGITS.charAt(rest % DIGITS.length) + id
    rest = Math.floor(rest / DIGITS.length)
  }
  return id
}

/** The number behind an id; `undefined` for a text that `encodeModrinthId` cannot have made. */
export function decodeModrinthId(seed: number, id: string): number | undefined {
  if (!/^[0-9A-Za-z]{8}$/.test(id)) return undefined
  let value = 0
  for (const character of id) value = value * DIGITS.length + DIGITS.indexOf(character)
  if (value >= HALF * HALF) return undefined
  let left = Math.floor(value / HALF)
  let right = value % HALF
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    const previous = right ^ (hash(seed, round, left) % HALF)
    right = left
    left = previous
  }
  return left * HALF + right
}
