/** How many matches each league had, and of how many the result is known. */
import type { UseQueryResult } from '@tanstack/react-query'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useMatchWords } from './words/index.ts'

/** A row of the data set `leagues`. */
export interface League {
  league: string
  feed: string
  matches: number
  confirmed: number
  last_seen: number
}

export function Leagues({ query }: { query: UseQueryResult<League[]> }) {
  const say = useMatchWords()
  const columns: TableColumn<League>[] = [
    {
      key: 'league',
      title: say('league'),
      value: ({ league }) => league,
      render: ({ league }) => (
        <ViewLink change={{ league, state: undefined, confidence: undefined, page: undefined }}>
          {league}
        </ViewLink>
      ),
    },
    { key: 'matches', title: say('matches'), isNumber: true, value: ({ matches }) => matches },
    { key: 'confirmed', title: say('confirmed'), isNumber: true, value: ({ confirmed }) => confirmed },
    { key: 'last_seen', title: say('lastSeen'), isNumber: true, value: ({ last_seen }) => last_seen },
  ]
  return (
    <Panel
      title={say('leagues')}
      query={query}
      isEmpty={(rows) => rows.length === 0}
      empty={say('leagues.none')}
    >
      {(rows) => (
        <DataTable
          caption={say('leagues')}
          columns={columns}
          rows={rows}
          rowKey={({ league, feed }) => JSON.stringify([league, feed])}
          sorting={{ key: 'matches', isDescending: true }}
          pageRows={20}
        />
      )}
    </Panel>
  )
}
