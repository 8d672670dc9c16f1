/** Matches as a table for people, and the figures that say how far they can be believed. */
import type { Database } from '../../db/database.ts'
import { matchCounts, newestMatches, type MatchCounts } from '../../db/queries/match-results/match-report.ts'
import { counted } from '../../wording/text.ts'
import { moment, paint, table } from '../output.ts'
import {
  matchView,
  oddsText,
  scoreText,
  shownText,
  type MatchView,
} from '../../client/match-results/match-view.ts'

const HEAD = [
  'event',
  'first seen',
  'league',
  'match',
  'score',
  'state',
  'confidence',
  'outcome',
  'odds 1 / X / 2 before the start',
]

/** Letters of a league and of a team that a table has room for. */
const NAME_CHARS = 40

/** A line a match; `margin` characters are printed before each. */
export function matchTable(matches: readonly MatchView[], margin = 0): string {
  return table(
    HEAD,
    matches.map((match) => [
      match.eventId,
      moment(match.firstSeenAt),
      shownText(match.league, NAME_CHARS),
      teams(match),
      scoreText(match),
      match.state,
      colouredConfidence(match.confidence),
      match.outcome ?? '',
      oddsText(match.oddsBeforeStart),
    ]),
    { margin, spare: ['first seen', 'odds 1 / X / 2 before the start', 'league', 'outcome'] },
  )
}

/** `Lyon - Nice`. */
export function teams({ team1, team2 }: Pick<MatchView, 'team1' | 'team2'>): string {
  return `${shownText(team1, NAME_CHARS)} - ${shownText(team2, NAME_CHARS)}`
}

export function colouredConfidence(confidence: string | null): string {
  if (confidence === 'confirmed') return paint.green(confidence)
  return confidence === null ? '' : paint.yellow(confidence)
}

/** How many there are, how many are sure, and what last-seen scores were worth. */
export function figureLines(counts: MatchCounts): string[] {
  const { confirmed, confirmedByStatus, confirmedByResults, vanished, onShow } = counts
  const by = confirmed === 0 ? '' : ` (${confirmedByStatus} by status, ${confirmedByResults} by results)`
  return [
    `${counted(counts.matches, 'match', 'matches')}: ${confirmed} confirmed${by}, ${vanished} vanished and not confirmed, ${onShow} on show`,
    lastSeenLine(counts),
  ]
}

function lastSeenLine({ lastSeenJudged: judged, lastSeenRight: right }: MatchCounts): string {
  if (judged === 0)
    return 'last-seen scores: no result came for a vanished match, so their quality is unknown'
  const percent = Math.floor((right / judged) * 100)
  return `last-seen scores: ${right} of the ${judged} that were later checked by results were right (${percent} %)`
}

/** The newest confirmed matches and the figures: what a run of all pipelines shows of them. Nothing without a match. */
export async function confirmedLines(
  db: Database,
  feed: string,
  most: number,
  margin = 0,
): Promise<string[]> {
  const counts = await matchCounts(db, { feed })
  if (counts.matches === 0) return []
  const rows = await newestMatches(db, { feed, onlyConfirmed: true, limit: most })
  const shown = rows.length === 0 ? [] : matchTable(rows.map(matchView), margin).split('\n')
  return [...shown, ...figureLines(counts)]
}
