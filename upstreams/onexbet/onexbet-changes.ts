/**
 * Signs in a whole answer of the feed that its format changed, which no single row can show: what is missing in one
 * match is normal, and what is missing in all is not. Pure.
 */
import type { SeenEvents, Sighting } from './onexbet-event.ts'

/** Markets of all announced matches may be closed for a moment where they are few. */
const ENOUGH_MATCHES = 8
/** A match in play has a score from its first second on: an empty one at 0-0. */
const ENOUGH_PLAYED = 3

/** One sentence for each sign. */
export function changesOf({ sightings, rejected, announced }: SeenEvents): string[] {
  const played = sightings.filter(({ phase }) => phase === 'live' || phase === 'over')
  const [refused] = rejected
  const signs: [boolean, string][] = [
    [
      refused !== undefined && sightings.length === 0,
      `none of ${rejected.length} matches could be read (${refused?.reason ?? ''})`,
    ],
    [
      sightings.length >= ENOUGH_MATCHES && sightings.every(isMute),
      `none of ${sightings.length} matches has a status, a clock or a score`,
    ],
    [
      played.length >= ENOUGH_PLAYED && played.every(({ score }) => score === null),
      `none of ${played.length} matches in play has a score`,
    ],
    [
      announced.matches >= ENOUGH_MATCHES && announced.priced === 0,
      `none of ${announced.matches} matches before their start has a row of 1 / X / 2`,
    ],
  ]
  return signs.flatMap(([isSeen, sign]) => (isSeen ? [`${sign}: the feed's format may have changed`] : []))
}

const isMute = ({ status, elapsedS, score }: Sighting): boolean =>
  status === null && elapsedS === null && score === null
