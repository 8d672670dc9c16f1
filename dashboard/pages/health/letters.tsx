/** Dead letters of the spool: why each could not be loaded, and what it holds. */
import type { UseQueryResult } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { useApi } from '../../api.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import type { Stack } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

type Letter = Stack['spool']['dead_letters'][number]

/** The letter that is shown. */
const letterView = z.object({ letter: z.catch(z.optional(z.string()), undefined) })

export function LettersPanel({ query }: { query: UseQueryResult<Stack> }) {
  const say = useWords(HEALTH_WORDS)
  const nameOf = usePipelineName()
  const [{ letter }] = useView(letterView)
  const columns: TableColumn<Letter>[] = [
    {
      key: 'name',
      title: say('letters.name'),
      value: ({ name }) => name,
      render: ({ name }) => (
        <ViewLink change={{ letter: name }} isSamePlace>
          <code>{name}</code>
        </ViewLink>
      ),
    },
    {
      key: 'reason',
      title: say('letters.reason'),
      value: ({ reason }) => reason,
      render: ({ reason }) => <span lang="en">{reason}</span>,
    },
    {
      key: 'pipeline',
      title: say('letters.pipeline'),
      value: ({ pipeline }) => (pipeline === null ? null : nameOf(pipeline)),
    },
    {
      key: 'holds',
      title: say('letters.holds'),
      value: ({ holds }) => holds,
      render: ({ holds }) => <span>{holds ?? '–'}</span>,
    },
  ]
  return (
    <Panel
      title={say('letters.title')}
      query={query}
      isEmpty={({ spool }) => spool.dead_letter_count === 0}
      empty={say('letters.none')}
    >
      {({ spool }) => (
        <>
          <p>
            {say('letters.count', { n: spool.dead_letter_count })} {say('letters.remedy')}
          </p>
          <DataTable
            caption={say('letters.title')}
            columns={columns}
            rows={spool.dead_letters}
            rowKey={({ name }) => name}
            pageRows={20}
          />
          {letter !== undefined && <Content name={letter} />}
        </>
      )}
    </Panel>
  )
}

function Content({ name }: { name: string }) {
  const say = useWords(HEALTH_WORDS)
  const query = useApi<{ content: object }>(`/api/spool/${encodeURIComponent(name)}`)
  return (
    <Panel title={say('letters.content', { name })} query={query}>
      {({ content }) => (
        <pre className="scroll" tabIndex={0} lang="en">
          {JSON.stringify(content, null, 2)}
        </pre>
      )}
    </Panel>
  )
}
