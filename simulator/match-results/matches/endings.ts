/** How simulated matches end, and how the ways are spread over them. */
import { hash } from '../../chance.ts'

/**
 * How a match leaves the feed:
 * - `vanishes`: gone with the final whistle, without a final status (the usual way);
 * - `over-shown`: stays for one to three minutes with a status that says so;
 * - `cleared`: the same, but its score is empty from the whistle on, which looks like 0-0;
 * - `vanishes-early`: gone one to three minutes before the whistle, forever;
 * - `comes-back`: gone for a while in the second half, then back;
 * - `suspended`: play is interrupted for a while, then continues;
 * - `abandoned`: stopped in play and never finished: it has no score;
 * - `called-off`: announced, never played: it has no score;
 * - `corrected-in-feed`: over with a wrong score, corrected while it is still shown;
 * - `corrected-in-results`: over with a wrong score; only the results service has the right one;
 * - `flaps`: shown as over for a minute, then live again, then really over.
 */
export type Ending =
  | 'vanishes'
  | 'over-shown'
  | 'cleared'
  | 'vanishes-early'
  | 'comes-back'
  | 'suspended'
  | 'abandoned'
  | 'called-off'
  | 'corrected-in-feed'
  | 'corrected-in-results'
  | 'flaps'

/** One turn of the sequence: each way at least once, so that 49 matches in a row have them all. */
const SHARES: readonly (readonly [Ending, number])[] = [
  ['vanishes', 8],
  ['cleared', 1],
  ['over-shown', 6],
  ['vanishes-early', 2],
  ['comes-back', 2],
  ['suspended', 1],
  ['abandoned', 1],
  ['called-off', 1],
  ['corrected-in-feed', 1],
  ['corrected-in-results', 1],
  ['flaps', 1],
]

/** Every way in which a match can end. */
export const ENDINGS: readonly Ending[] = SHARES.map(([ending]) => ending)

const WHEEL = SHARES.flatMap(([ending, share]) => Array.from({ length: share }, () => ending))
/** Steps that reach every place of a wheel of 25: those that share no factor with it. */
const STEPS = [1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 24] as const
/** Salt of the wheel's chances. */
const DRAW = 61

/** The way in which match `number` of a world ends: in every turn of 25 each has its share, in another order. */
export function endingOf(seed: number, number: number, only: readonly Ending[] = []): Ending {
  if (only.length > 0) return only[modulo(number, only.length)] ?? 'vanishes'
  const turn = Math.floor(number / WHEEL.length)
  const step = STEPS[hash(seed, DRAW, turn) % STEPS.length] ?? 1
  const first = hash(seed, DRAW, turn, 1) % WHEEL.length
  return WHEEL[(modulo(number, WHEEL.length) * step + first) % WHEEL.length] ?? 'vanishes'
}

/** Numbers before 1970 are negative. */
function modulo(number: number, size: number): number {
  return ((number % size) + size) % size
}
