import type { Ending } from '../../../simulator/match-results/matches.ts'
import type { Stored } from '../soak-definition.ts'

/** The feed calls these over with another score for a while, and rightly so they are stored: `match-results` waits for them. */
const CORRECTED: readonly Ending[] = ['corrected-in-feed', 'corrected-in-results', 'flaps']

/** Confirmed results against the league's own. */
export async function wrongResults({ world, began, run }: Stored): Promise<string[]> {
  const truth = new Map(
    world.matches
      .truthBetween(began, new Date())
      .filter(({ ends }) => !CORRECTED.includes(ends))
      .map((match) => [match.eventId, match.score]),
  )
  const rows = await run(`select event_id, score1, score2 from matches where confidence = 'confirmed'`)
  const wrong = rows.filter(({ event_id: id, score1, score2 }) => {
    const score = truth.get(Number(id))
    return score !== undefined && (score === null || score[0] !== score1 || score[1] !== score2)
  })
  return wrong.map(
    ({ event_id: id, score1, score2 }) =>
      `match ${String(id)} is confirmed with ${String(score1)}:${String(score2)}, the truth is ${truth.get(Number(id))?.join(':') ?? 'no score'}`,
  )
}
