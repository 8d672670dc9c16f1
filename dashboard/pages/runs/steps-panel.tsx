/** Every activity of a run, what fails first. */
import { useId } from 'react'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Empty } from '../../blocks/states.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import type { Step } from './shapes.ts'
import { failingFirst } from './steps.ts'
import { RUN_WORDS } from './words/index.ts'

export function StepsPanel({ steps }: { steps: readonly Step[] }) {
  const say = useWords(RUN_WORDS)
  const heading = useId()
  const columns = useColumns()
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{say('steps.title')}</h2>
      </header>
      {steps.length === 0 ? (
        <Empty>{say('steps.none')}</Empty>
      ) : (
        <DataTable
          caption={say('steps.title')}
          columns={columns}
          rows={failingFirst(steps)}
          rowKey={({ activity_id }) => activity_id}
          pageRows={20}
        />
      )}
    </section>
  )
}

function useColumns(): TableColumn<Step>[] {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  return [
    {
      key: 'step',
      title: say('steps.step'),
      isText: true,
      value: ({ step, summary }) => `${step} ${summary}`,
      render: ({ step, summary }) => (
        <>
          <strong>{step}</strong>
          {summary !== '' && ` · ${summary}`}
        </>
      ),
    },
    { key: 'state', title: say('steps.state'), value: ({ state }) => say(`state.${state}`) },
    { key: 'attempts', title: say('steps.attempts'), isNumber: true, value: ({ attempts }) => attempts },
    {
      key: 'started',
      title: say('run.startedIn', { zone: format.timeZone }),
      value: ({ started_at }) => started_at,
      render: ({ started_at }) => (started_at === null ? '–' : format.clock(started_at)),
    },
    {
      key: 'took',
      title: say('run.took'),
      isNumber: true,
      value: ({ seconds }) => seconds,
      render: ({ seconds }) => (seconds === null ? '–' : format.duration(seconds * 1_000)),
    },
    {
      key: 'failure',
      title: say('steps.failure'),
      isText: true,
      value: ({ failure }) => failure,
      render: ({ failure }) => failure ?? '–',
    },
  ]
}
