/**
 * Signs in a whole answer of the feed that its format changed, which no single row can show: what is missing in one
 * match is normal, and what is missing in all is not. Pure.
 */
import type { SeenEvents, Sighting } from './onexbet-event.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Markets of all announced matches may be closed for a moment where they are few. */
const ENOUGH_MATCHES = 8
/** A match in play has a score from its first second on: an empty one at 0-0. */
const ENOUGH_PLAYED = 3

/** One reason for each sign. */
export function changesOf({ sightings, rejected, announced }: SeenEvents): Reason[] {
  const played = sightings.filter(({ phase }) => phase === 'live' || phase === 'over')
  const [refused] = rejected
  const matches = sightings.length
  const signs: Reason[] = []
  if (refused !== undefined && matches === 0)
    signs.push(reason('no-match-readable', { matches: rejected.length, refusal: refused.reason }))
  if (matches >= ENOUGH_MATCHES && sightings.every(isMute)) signs.push(reason('no-status', { matches }))
  if (played.length >= ENOUGH_PLAYED && played.every(({ score }) => score === null))
    signs.push(reason('no-score', { matches: played.length }))
  if (announced.matches >= ENOUGH_MATCHES && announced.priced === 0)
    signs.push(reason('no-odds', { matches: announced.matches }))
  return signs
}

const isMute = ({ status, elapsedS, score }: Sighting): boolean =>
  status === null && elapsedS === null && score === null
