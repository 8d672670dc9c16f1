/**
 * Signs in a whole response of the feed that its format changed, which no single row can show: a value may be missing
 * in one match, but not in all. Pure.
 */
import type { SeenEvents, Sighting } from './onexbet-event.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** Markets of all announced matches may be closed for a moment if they are few. */
const ENOUGH_MATCHES = 8
/** A match in play has a score from its first second on; it is empty at 0-0. */
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
