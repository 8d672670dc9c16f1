/** Matches that are over, by league, state and confidence, newest first, page by page; and how sure their scores are. */
import { Link } from '@tanstack/react-router'
import type { Reliability } from '../../../api/match-results/routes.ts'
import { useApi } from '../../api.ts'
import { usePage } from '../../data-page.ts'
import { Choice } from '../../blocks/choice.tsx'
import { DataTable, Pages, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import type { League } from './leagues.tsx'
import {
  confidenceWord,
  DATA,
  outcomeWord,
  rightShare,
  scoreOf,
  stateWord,
  teamsOf,
  type Match,
} from './match.ts'
import { MatchLink } from './match-link.tsx'
import { CONFIDENCES, OVER_STATES, type MatchView } from './view.ts'
import { useMatchWords } from './words/index.ts'

/** Rows on a page. */
const PAGE_ROWS = 25

interface ResultsProps {
  view: MatchView
  change: (change: { [Key in keyof MatchView]?: string | number | undefined }) => void
  leagues: readonly League[]
}

export function Results({ view, change, leagues }: ResultsProps) {
  const say = useMatchWords()
  const { league, state, confidence, page } = view
  const query = usePage<Match>(`${DATA}/results`, { league, state, confidence }, { page, rows: PAGE_ROWS })
  const isFiltered = [league, state, confidence].some((chosen) => chosen !== undefined)
  const reliability = useApi<Reliability>('/api/match-results/reliability').data
  const columns = useColumns(reliability)
  const names = [...new Set([...leagues.map((one) => one.league), ...(league === undefined ? [] : [league])])]
  const all = ['', say('all')] as const
  const choose = (name: 'league' | 'state' | 'confidence') => (value: string) => {
    change({ [name]: value === '' ? undefined : value, page: undefined })
  }
  const files = (
    <Link
      to="/data"
      search={{
        set: 'match-results/results',
        'f.league': league,
        'f.state': state,
        'f.confidence': confidence,
      }}
    >
      {say('results.data')}
    </Link>
  )
  return (
    <Panel title={say('results')} query={query} actions={files}>
      {({ rows, next }) => (
        <>
          <p className="soft">{say('results.intro')}</p>
          {reliability !== undefined && <HowSure reliability={reliability} />}
          <div className="filters match-filters" role="group" aria-label={say('filters')}>
            <Choice
              label={say('league')}
              value={league ?? ''}
              options={[all, ...names.toSorted().map((name) => [name, name] as const)]}
              choose={choose('league')}
            />
            <Choice
              label={say('state')}
              value={state ?? ''}
              options={[all, ...OVER_STATES.map((one) => [one, say(`state.${one}`)] as const)]}
              choose={choose('state')}
            />
            <Choice
              label={say('confidence')}
              value={confidence ?? ''}
              options={[all, ...CONFIDENCES.map((one) => [one, say(`confidence.${one}`)] as const)]}
              choose={choose('confidence')}
            />
          </div>
          {rows.length === 0 ? (
            <p className="empty">{say(isFiltered ? 'results.none' : 'results.noneYet')}</p>
          ) : (
            <DataTable
              caption={say('results')}
              columns={columns}
              rows={rows}
              rowKey={({ event_id, feed }) => feed + String(event_id)}
              isWhole={false}
            />
          )}
          {(page > 1 || next !== null) && (
            <Pages
              of={say('results')}
              current={page}
              last={next === null ? page : undefined}
              open={(opened) => {
                change({ page: opened })
              }}
            />
          )}
        </>
      )}
    </Panel>
  )
}

/** The counts that the command prints, of the newest days. */
function HowSure({ reliability }: { reliability: Reliability }) {
  const say = useMatchWords()
  const { format } = useReader()
  const { days, matches, confirmed, vanished, last_seen_judged: n, last_seen_right } = reliability
  const share = rightShare(reliability)
  if (matches === 0) return null
  const number = (value: number) => format.number(value)
  return (
    <p>
      {say('sure.counts', {
        days,
        matches: number(matches),
        confirmed: number(confirmed),
        vanished: number(vanished),
      })}{' '}
      {share === undefined
        ? say('sure.unknown')
        : say('sure.right', { n, right: number(last_seen_right), share: format.percent(share) })}
    </p>
  )
}

function useColumns(reliability: Reliability | undefined): TableColumn<Match>[] {
  const say = useMatchWords()
  const { format } = useReader()
  const share = reliability && rightShare(reliability)
  return [
    {
      key: 'match',
      title: say('match'),
      isText: true,
      value: teamsOf,
      render: (match) => <MatchLink event={match.event_id} feed={match.feed} teams={teamsOf(match)} />,
    },
    { key: 'score', title: say('score'), value: scoreOf },
    {
      key: 'confidence',
      title: say('confidence'),
      value: ({ confidence }) => confidenceWord(say, confidence),
      render: ({ confidence }) => (
        <>
          <span className={`confidence ${confidence ?? 'open'}`}>{confidenceWord(say, confidence)}</span>
          {confidence === 'last-seen' && share !== undefined && (
            <span className="soft"> {say('sure.share', { share: format.percent(share) })}</span>
          )}
        </>
      ),
    },
    {
      key: 'over_at',
      title: `${say('over')} (${format.timeZone})`,
      value: ({ over_at }) => over_at,
      render: ({ over_at }) => (over_at === null ? '–' : format.clock(over_at)),
    },
    { key: 'league', title: say('league'), isText: true, value: ({ league }) => league },
    { key: 'state', title: say('state'), value: ({ state }) => stateWord(say, state) },
    { key: 'outcome', title: say('outcome'), value: ({ outcome }) => outcomeWord(say, outcome) },
    { key: 'odds_1', title: say('odds.1'), isNumber: true, value: ({ odds_1 }) => odds_1 },
    { key: 'odds_x', title: say('odds.x'), isNumber: true, value: ({ odds_x }) => odds_x },
    { key: 'odds_2', title: say('odds.2'), isNumber: true, value: ({ odds_2 }) => odds_2 },
  ]
}
