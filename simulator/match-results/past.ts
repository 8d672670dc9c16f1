/** What an Almanac that ran before saw of the leagues: its `matches.csv`. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { csvOf, type Cell } from '../../system/csv.ts'
import type { PastFiles } from '../part.ts'
import { createMatches, type WrittenMatch } from './matches.ts'
import { linesOf } from './matches/match-odds.ts'
import { momentAt } from './matches/match-script.ts'
import { statusTexts } from './matches/status-texts.ts'

/** A league plays 120 matches a day: two weeks are some ten thousand. */
const DAYS = 14
/** The demo follows the matches of its last half hour itself. */
const UNTIL_MS = HOUR_MS
/** Minutes before the start in which that collector looked for odds: now and then a market is blocked. */
const LOOKS = [1, 2, 3, 4] as const

const HEAD = [
  'timestamp_utc',
  'event_id',
  'league',
  'team1',
  'team2',
  'odds_1',
  'odds_x',
  'odds_2',
  'score1',
  'score2',
  'status',
  'outcome',
  'confidence',
] as const

/** The matches of two weeks that were played to their end. */
export function matchPast({ seed, now, leagues }: { seed: number; now: Date; leagues: number }): PastFiles[] {
  const matches = createMatches({ seed, clock: () => now, leagues })
  const until = now.getTime() - UNTIL_MS
  const played = matches.playedBetween(new Date(until - DAYS * DAY_MS), new Date(until))
  const over = played
    .filter(({ match: { resultAt } }) => resultAt !== null && resultAt.getTime() < until)
    .sort((a, b) => a.match.startsAt.getTime() - b.match.startsAt.getTime())
  return [{ files: { 'matches.csv': csvOf([HEAD, ...over.flatMap(lineOf)]) }, options: {} }]
}

/** None for a match without score. */
function lineOf(written: WrittenMatch): Cell[][] {
  const { match } = written
  if (match.score === null) return []
  const [one, two] = match.score
  const outcome = one > two ? '1' : one < two ? '2' : 'N'
  return [
    [
      new Date(Math.ceil(match.announcedAt.getTime() / MINUTE_MS) * MINUTE_MS).toISOString(),
      match.eventId,
      match.league,
      match.team1,
      match.team2,
      ...closingOdds(written),
      one,
      two,
      lastStatus(written),
      outcome,
      'confirmed',
    ],
  ]
}

/** The last odds before the start that were not blocked. */
function closingOdds({ match, script, chance }: WrittenMatch): Cell[] {
  for (const minutes of LOOKS) {
    const at = match.startsAt.getTime() - minutes * MINUTE_MS
    const moment = momentAt(script, (-minutes * MINUTE_MS) / SECOND_MS)
    if (moment === undefined) break
    const result = linesOf(script, moment, chance, Math.floor(at / MINUTE_MS)).main.filter(
      ({ G, B }) => G === 1 && B !== true,
    )
    if (result.length > 0) return [1, 2, 3].map((type) => result.find(({ T }) => T === type)?.C ?? '')
  }
  return ['', '', '']
}

/** What the feed said in the last second in which it showed the match. */
function lastStatus({ match, script, chance }: WrittenMatch): string {
  const moment = momentAt(script, script.leavesS - 1)
  if (moment === undefined) return ''
  const minute = Math.floor(match.leavesAt.getTime() / MINUTE_MS)
  const { status, period } = statusTexts(moment, chance, minute, 'fr')
  return status === '' ? period : status
}
