/** One match's life for people: what it has come to, then its observations, one a line. */
import { SECOND_MS } from '../../core/durations.ts'
import { duration, moment, table } from '../output.ts'
import { colouredConfidence, teams } from './match-table.ts'
import {
  oddsText,
  scoreText,
  shownText,
  type MatchView,
  type ObservationView,
} from '../../client/match-results/match-view.ts'

const HEAD = ['time', 'source', 'state', 'status', 'elapsed', 'score', 'odds 1 / X / 2']

/** A paragraph of the match, then a table of what was observed. */
export function lifeLines(match: MatchView, observations: readonly ObservationView[]): string[] {
  return [
    `${match.league === '' ? '' : `${shownText(match.league)}: `}${teams(match)} (event ${match.eventId} of ${match.feed})`,
    statusText(match),
    times(match),
    ...oddsLines(match),
    '',
    ...lifeTable(observations).split('\n'),
  ]
}

function lifeTable(observations: readonly ObservationView[]): string {
  return table(
    HEAD,
    observations.map(({ at, source, state, status, elapsedS, score, odds }) => [
      moment(at),
      source,
      state,
      shownText(status ?? ''),
      elapsedS === null ? '' : duration(elapsedS * SECOND_MS),
      score?.join('-') ?? '',
      oddsText(odds),
    ]),
    { below: ['status'], spare: ['source', 'elapsed'] },
  )
}

/** `settled, confirmed by results: 3-1, outcome 1`; a score that is no result says so. */
function statusText(match: MatchView): string {
  const { state, confidence, settledBy, outcome } = match
  const score = scoreText(match)
  if (confidence === 'confirmed')
    return `${state}, ${colouredConfidence(confidence)} by ${settledBy ?? 'nobody'}: ${score}, outcome ${outcome ?? 'unknown'}`
  return score === '' ? `${state}, no score` : `${state}: ${score}, not a result`
}

function times({ firstSeenAt, startsAt, startedAt, overAt }: MatchView): string {
  const parts = [
    ['first seen', firstSeenAt],
    ['announced for', startsAt],
    ['seen playing from', startedAt],
    ['over', overAt],
  ] as const
  return parts.flatMap(([what, at]) => (at === null ? [] : [`${what} ${moment(at)}`])).join(', ')
}

function oddsLines({ openingOdds, oddsBeforeStart }: MatchView): string[] {
  const lines = [
    openingOdds === null ? [] : [`opening ${oddsText(openingOdds)}`],
    oddsBeforeStart === null ? [] : [`last ${oddsText(oddsBeforeStart)}`],
  ].flat()
  return lines.length === 0 ? [] : [`odds 1 / X / 2 before the start: ${lines.join(', ')}`]
}
