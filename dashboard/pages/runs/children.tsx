/** The child workflows of a run: one for each thing that it makes. */
import { useId } from 'react'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import { endingWord } from './ending.ts'
import type { Child } from './shapes.ts'
import { RUN_WORDS } from './words/index.ts'

/** What needs a look stands first. */
const RANKS: Record<Child['state'], number> = { failed: 0, running: 1, cancelled: 2, done: 3 }

export function ChildrenPanel({ items }: { items: readonly Child[] }) {
  const say = useWords(RUN_WORDS)
  const heading = useId()
  const columns = useColumns()
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{say('children.title')}</h2>
      </header>
      <DataTable
        caption={say('children.title')}
        columns={columns}
        rows={items.toSorted((a, b) => RANKS[a.state] - RANKS[b.state])}
        rowKey={({ workflow_id }) => workflow_id}
        pageRows={20}
      />
    </section>
  )
}

function useColumns(): TableColumn<Child>[] {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  return [
    { key: 'name', title: say('children.name'), value: ({ name }) => name },
    { key: 'state', title: say('steps.state'), value: ({ state }) => say(`state.${state}`) },
    {
      key: 'outcome',
      title: say('list.outcome'),
      value: ({ outcome }) => endingWord(say, outcome),
    },
    {
      key: 'took',
      title: say('run.took'),
      isNumber: true,
      value: ({ seconds }) => seconds,
      render: ({ seconds }) => (seconds === null ? '–' : format.duration(seconds * 1_000)),
    },
    {
      key: 'reason',
      title: say('run.reason'),
      isText: true,
      value: ({ reason }) => reason,
    },
  ]
}
