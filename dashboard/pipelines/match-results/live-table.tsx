/** The matches that the feed shows now, with the odds of this moment. */
import type { OpenMatch } from '../../../api/match-results/routes.ts'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import { inPlayFirst, scoreOf, stateWord, teamsOf } from './match.ts'
import { MatchLink } from './match-link.tsx'
import { useMatchWords } from './words/index.ts'

export function LiveTable() {
  const say = useMatchWords()
  const query = useApi<OpenMatch[]>('/api/matches', {}, 'match-results')
  const columns = useColumns()
  return (
    <Panel title={say('live')} query={query} isEmpty={(rows) => rows.length === 0} empty={say('live.none')}>
      {(rows) => (
        <>
          <p className="soft">{say('live.intro')}</p>
          <DataTable
            caption={say('live')}
            columns={columns}
            rows={inPlayFirst(rows)}
            rowKey={({ id }) => String(id)}
            pageRows={20}
          />
        </>
      )}
    </Panel>
  )
}

function useColumns(): TableColumn<OpenMatch>[] {
  const say = useMatchWords()
  const { format } = useReader()
  return [
    {
      key: 'match',
      title: say('match'),
      isText: true,
      value: teamsOf,
      render: (match) => <MatchLink event={match.id} feed={match.feed} teams={teamsOf(match)} />,
    },
    { key: 'score', title: say('score'), value: scoreOf },
    { key: 'state', title: say('state'), value: ({ state }) => stateWord(say, state) },
    { key: 'league', title: say('league'), isText: true, value: ({ league }) => league },
    { key: 'status', title: say('status'), isText: true, value: ({ status }) => status },
    {
      key: 'starts_at',
      title: `${say('starts')} (${format.timeZone})`,
      value: ({ starts_at }) => starts_at,
      render: ({ starts_at }) => (starts_at === null ? '–' : format.clock(starts_at)),
    },
    { key: 'odds_1', title: say('odds.1'), isNumber: true, value: ({ odds_1 }) => odds_1 },
    { key: 'odds_x', title: say('odds.x'), isNumber: true, value: ({ odds_x }) => odds_x },
    { key: 'odds_2', title: say('odds.2'), isNumber: true, value: ({ odds_2 }) => odds_2 },
    {
      key: 'last_seen_at',
      title: say('seen'),
      value: ({ last_seen_at }) => last_seen_at,
      render: ({ last_seen_at }) => <Age at={last_seen_at} />,
    },
  ]
}
