/** Chances of a soak that repeat themselves with its seed. */

/** Returns a whole number from 0 to below - 1. */
export type Chance = (below: number) => number

/** mulberry32: small, even enough, and the same everywhere. */
export function chanceFrom(seed: number): Chance {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
