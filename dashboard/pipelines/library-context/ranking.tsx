/** The ranking of a domain with what changed in a week, and which libraries have a context. */
import type { UseQueryResult } from '@tanstack/react-query'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { OptionButtons } from '../../blocks/option-buttons.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useReader } from '../../preferences.tsx'
import { Change, ContextBadge } from './badges.tsx'
import { changeOf, contextState, type Ranked } from './ranked.ts'
import { usePageWords } from './words/index.ts'

interface RankingProps {
  query: UseQueryResult<Ranked[]>
  domain: string | undefined
  choose: (domain: string) => void
}

export function Ranking({ query, domain, choose }: RankingProps) {
  const say = usePageWords()
  const domains = [...new Set((query.data ?? []).map((row) => row.domain))]
  const chosen = domains.find((name) => name === domain) ?? domains[0] ?? ''
  return (
    <>
      <h1>{say('title')}</h1>
      <p className="intro">{say('intro')}</p>
      {domains.length > 1 && (
        <OptionButtons
          label={say('domain')}
          options={domains.map((name) => [name, name])}
          value={chosen}
          choose={choose}
        />
      )}
      <Panel
        title={chosen === '' ? say('title') : say('list', { domain: chosen })}
        query={query}
        isEmpty={(rows) => rows.length === 0}
        empty={say('none')}
      >
        {(rows) => (
          <RankingTable key={chosen} domain={chosen} rows={rows.filter((row) => row.domain === chosen)} />
        )}
      </Panel>
    </>
  )
}

function RankingTable({ domain, rows }: { domain: string; rows: readonly Ranked[] }) {
  const say = usePageWords()
  const { format } = useReader()
  const first = rows[0]
  const columns = useColumns()
  return (
    <>
      {first !== undefined && (
        <p className="soft">
          {say('list.of', { day: format.day(first.date) })}{' '}
          {first.compared_with === null
            ? say('list.early')
            : say('list.week', { day: format.day(first.compared_with) })}{' '}
          {say('list.contexts', { have: rows.filter(({ file }) => file !== null).length, n: rows.length })}
        </p>
      )}
      <DataTable
        caption={say('list', { domain })}
        columns={columns}
        rows={rows}
        rowKey={({ library }) => library}
        pageRows={100}
        file={() => `libraries-${domain}`}
      />
    </>
  )
}

function useColumns(): TableColumn<Ranked>[] {
  const say = usePageWords()
  const { format } = useReader()
  const signed = new Intl.NumberFormat(format.locale, { signDisplay: 'exceptZero' })
  const gained = ({ stars, stars_then }: Ranked) =>
    stars === null || stars_then === null ? null : stars - stars_then
  return [
    { key: 'rank', title: say('rank'), isNumber: true, value: ({ rank }) => rank },
    {
      key: 'change',
      title: say('change'),
      isNumber: true,
      value: ({ rank, rank_then }) => (rank_then === null ? null : rank_then - rank),
      render: (row) => <Change change={changeOf(row)} />,
    },
    {
      key: 'library',
      title: say('library'),
      value: ({ name }) => name,
      render: ({ name, library, domain }) => (
        <span className="cell">
          <ViewLink change={{ library, domain }}>{name}</ViewLink>
        </span>
      ),
    },
    { key: 'stars', title: say('stars'), isNumber: true, value: ({ stars }) => stars },
    {
      key: 'gained',
      title: say('stars.week'),
      isNumber: true,
      value: gained,
      render: (row) => {
        const stars = gained(row)
        return stars === null ? '–' : signed.format(stars)
      },
    },
    {
      key: 'context',
      title: say('context'),
      value: (row) => say(`state.${contextState(row)}`),
      render: (row) => <ContextBadge row={row} />,
    },
  ]
}
