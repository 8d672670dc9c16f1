/** How often a property is tried: a few times with each change of the code, many times in `npm run soak -- tests`. */

/** Set by the soak: how many times as often as a test says. */
export const RUNS_FACTOR = 'ALMANAC_TEST_RUNS_FACTOR'

/** For `fc.assert`: `few` finds a plain fault each time; other seeds, and the soak, find the rare one. */
export function runs(few: number): { numRuns: number } {
  return { numRuns: few * Number(process.env[RUNS_FACTOR] ?? 1) }
}
