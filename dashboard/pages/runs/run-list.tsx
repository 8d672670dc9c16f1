/** The newest runs of each pipeline, or every run of one or of an outcome; the filter is in the address. */
import { Link } from '@tanstack/react-router'
import * as z from 'zod/mini'
import { useApi } from '../../api.ts'
import { Choice } from '../../blocks/choice.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Outcome } from '../../blocks/outcome.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useSharedWords, useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { OUTCOMES, outcomeOf, type Run } from './shapes.ts'
import { listOf, OF_EACH, reasonOf, secondsOf, startOf, sumOf } from './sums.ts'
import { triggerWord } from './trigger.ts'
import { RUN_WORDS } from './words/index.ts'

const text = z.catch(z.optional(z.string()), undefined)
const runsView = z.object({
  pipeline: text,
  outcome: z.catch(z.optional(z.enum(OUTCOMES)), undefined),
  after: text,
})

export function RunList({ pipelines }: { pipelines: readonly string[] }) {
  const say = useWords(RUN_WORDS)
  const [view, change] = useView(runsView)
  const query = useApi<{ runs: Run[]; next: string | null }>('/api/runs', listOf(view))
  const isOfEach = view.pipeline === undefined && view.outcome === undefined
  const columns = useColumns()
  return (
    <Panel
      title={say('list.title')}
      query={query}
      actions={<RunFilters pipelines={pipelines} view={view} change={change} />}
      isEmpty={({ runs }) => runs.length === 0}
      empty={say(isOfEach ? 'list.none' : 'list.noMatch')}
    >
      {({ runs, next }) => (
        <>
          {isOfEach && <p className="soft">{say('list.ofEach', { n: OF_EACH })}</p>}
          <DataTable
            caption={say('list.title')}
            columns={columns}
            rows={runs}
            rowKey={({ run_id }) => run_id}
            isWhole={false}
          />
          {(view.after !== undefined || next !== null) && (
            <nav className="pages" aria-label={say('list.pages')}>
              <button
                type="button"
                disabled={view.after === undefined}
                onClick={() => {
                  change({ after: undefined })
                }}
              >
                {say('list.newest')}
              </button>
              <button
                type="button"
                disabled={next === null}
                onClick={() => {
                  change({ after: next ?? undefined })
                }}
              >
                {say('list.older')}
              </button>
            </nav>
          )}
        </>
      )}
    </Panel>
  )
}

type View = z.infer<typeof runsView>

interface RunFiltersProps {
  pipelines: readonly string[]
  view: View
  change: (change: Partial<Record<keyof View, string | undefined>>) => void
}

function RunFilters({ pipelines, view, change }: RunFiltersProps) {
  const say = useWords(RUN_WORDS)
  const shared = useSharedWords()
  const nameOf = usePipelineName()
  return (
    <>
      <Choice
        label={say('list.pipeline')}
        options={[['', say('list.each')], ...pipelines.map((id) => [id, nameOf(id)] as const)]}
        value={view.pipeline ?? ''}
        choose={(pipeline) => {
          change({ pipeline, after: undefined })
        }}
      />
      <Choice
        label={say('list.outcome')}
        options={[['', say('list.all')], ...OUTCOMES.map((one) => [one, shared(`outcome.${one}`)] as const)]}
        value={view.outcome ?? ''}
        choose={(outcome) => {
          change({ outcome, after: undefined })
        }}
      />
    </>
  )
}

function useColumns(): TableColumn<Run>[] {
  const say = useWords(RUN_WORDS)
  const { format } = useReader()
  const nameOf = usePipelineName()
  return [
    {
      key: 'started',
      title: say('run.startedIn', { zone: format.timeZone }),
      value: ({ started_at }) => started_at,
      render: (run) => <Link to={`/runs/${encodeURIComponent(run.run_id)}`}>{startOf(format, run)}</Link>,
    },
    {
      key: 'outcome',
      title: say('list.outcome'),
      value: ({ outcome }) => outcome,
      render: ({ outcome }) => <OutcomeOf outcome={outcome} />,
    },
    { key: 'pipeline', title: say('list.pipeline'), value: ({ pipeline }) => nameOf(pipeline) },
    {
      key: 'took',
      title: say('run.took'),
      isNumber: true,
      value: secondsOf,
      render: (run) => {
        const seconds = secondsOf(run)
        return seconds === null ? '–' : format.duration(seconds * 1_000)
      },
    },
    { key: 'written', title: say('run.written'), isNumber: true, value: (run) => sumOf(run, 'written') },
    { key: 'rejected', title: say('run.rejected'), isNumber: true, value: (run) => sumOf(run, 'rejected') },
    { key: 'trigger', title: say('run.trigger'), value: ({ trigger }) => triggerWord(say, trigger) },
    {
      key: 'reason',
      title: say('run.reason'),
      isText: true,
      value: reasonOf,
    },
  ]
}

/** The badge of an outcome; a word of its own for one that is none of a run. */
export function OutcomeOf({ outcome }: { outcome: string }) {
  const known = outcomeOf(outcome)
  return known === undefined ? <span lang="en">{outcome}</span> : <Outcome outcome={known} />
}
