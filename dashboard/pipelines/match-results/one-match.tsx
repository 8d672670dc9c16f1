/** The life of a match: what is believed of it and why, each change as it was observed, and its odds over time. */
import { useMemo } from 'react'
import { useAllRows } from '../../all-rows.ts'
import { Empty } from '../../blocks/states.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { useReader } from '../../preferences.tsx'
import {
  confidenceWord,
  DATA,
  evidenceKey,
  lifeOf,
  oddsLines,
  scoreOf,
  sourceWord,
  stateWord,
  teamsOf,
  type Match,
  type Moment,
  type Observation,
} from './match.ts'
import { useMatchWords } from './words/index.ts'

const SECOND_MS = 1_000

interface OneMatchProps {
  event: string
  feed: string
  close: () => void
}

export function OneMatch({ event, feed, close }: OneMatchProps) {
  const say = useMatchWords()
  const match = useAllRows<Match>(`${DATA}/matches`, { event_id: event, feed }, { most: 1 })
  const observations = useAllRows<Observation>(`${DATA}/match-observations`, { event_id: event, feed })
  const [row] = match.data ?? []
  const button = (
    <button type="button" onClick={close}>
      {say('close')}
    </button>
  )
  return (
    <>
      <Panel
        title={row === undefined ? say('match') : teamsOf(row)}
        query={match}
        actions={button}
        isEmpty={(rows) => rows.length === 0}
        empty={say('notFound')}
      >
        {([found]) => found && <Believed match={found} />}
      </Panel>
      <Panel
        title={say('life')}
        query={observations}
        isEmpty={(rows) => rows.length === 0}
        empty={say('life.none')}
      >
        {(rows) => <Life moments={lifeOf(rows, row)} />}
      </Panel>
      <Panel title={say('odds')} query={observations}>
        {(rows) => <Odds observations={rows} match={row} where={{ event_id: event, feed }} />}
      </Panel>
    </>
  )
}

function Believed({ match }: { match: Match }) {
  const say = useMatchWords()
  const { format } = useReader()
  const { league, starts_at, state, confidence, result_id } = match
  return (
    <>
      <p className="soft">
        {league} · {say('starts')} {starts_at === null ? '–' : format.moment(starts_at)}
      </p>
      <p>
        <strong className="figure">{scoreOf(match)}</strong>{' '}
        <span className={`confidence ${confidence ?? 'open'}`}>{confidenceWord(say, confidence)}</span>{' '}
        <span className="soft">{stateWord(say, state)}</span>
      </p>
      <p>{say(evidenceKey(match), { game: String(result_id ?? '–') })}</p>
    </>
  )
}

function Life({ moments }: { moments: readonly Moment[] }) {
  const say = useMatchWords()
  const { format } = useReader()
  return (
    <ol className="life">
      {moments.map((one) => (
        <li key={one.at + one.source} className={one.state}>
          <time dateTime={one.at}>{format.moment(one.at)}</time>
          <span>
            <strong>{stateWord(say, one.state)}</strong> <span className="score">{scoreOf(one)}</span>{' '}
            {one.status ?? ''}{' '}
            <span className="soft">
              {sourceWord(say, one.source)}
              {one.elapsed_s !== null &&
                ` · ${say('elapsed', { time: format.duration(one.elapsed_s * SECOND_MS) })}`}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}

function Odds({
  observations,
  match,
  where,
}: {
  observations: readonly Observation[]
  match: Match | undefined
  where: Record<string, string>
}) {
  const say = useMatchWords()
  const { language, format } = useReader()
  const oddsText = (odds: number | null) => (odds === null ? '–' : format.number(odds))
  const lines = useMemo(
    () => oddsLines(observations, [say('odds.1'), say('odds.x'), say('odds.2')]),
    // The words change with the language alone.
    // oxlint-disable-next-line react/exhaustive-deps
    [observations, language],
  )
  return lines.length === 0 ? (
    <Empty>
      {match === undefined || match.odds_1 === null
        ? say('odds.none')
        : say('odds.only', {
            one: oddsText(match.odds_1),
            x: oddsText(match.odds_x),
            two: oddsText(match.odds_2),
          })}
    </Empty>
  ) : (
    <Chart
      title={say('odds')}
      unit={say('odds.unit')}
      lines={lines}
      origin={{ set: 'match-results/match-observations', where }}
    />
  )
}
