/** Collecting the past: what a backfill would request, starting it, following it and cancelling it. */
import { Link } from '@tanstack/react-router'
import type { Gaps } from '../../../api/gaps/gaps-schema.ts'
import type { BackfillPreview } from '../../../api/pipelines/backfill.ts'
import { useApi } from '../../api.ts'
import { ChangeButton, ReaderNote, useChange, useMayChange } from '../../blocks/change.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Outcome } from '../../blocks/outcome.tsx'
import { outcomeOf } from '../../blocks/outcomes.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useSharedWords, useWords } from '../../preferences.tsx'
import type { RunDetails } from '../runs/shapes.ts'
import type { ChangeView, GapsView } from './view.ts'
import { GAP_WORDS } from './words/index.ts'

interface FillPanelProps {
  gaps: Gaps['pipelines'][number]
  view: GapsView
  change: ChangeView
}

export function FillPanel({ gaps: { pipeline, backfill }, view, change }: FillPanelProps) {
  const say = useWords(GAP_WORDS)
  const { format } = useReader()
  const nameOf = usePipelineName()
  // Its own pipeline's rows change it: it follows the backfill.
  const query = useApi<BackfillPreview>(
    `/api/pipelines/${pipeline}/backfill`,
    { from: view.from, to: view.to, only_missing: view.again === undefined ? 'true' : 'false' },
    pipeline,
  )
  const service = backfill?.service ?? ''
  const first = format.day(backfill?.first_day ?? 0)
  return (
    <>
      <section className="panel fill-form" aria-label={say('fill.title', { pipeline: nameOf(pipeline) })}>
        <h2>{say('fill.title', { pipeline: nameOf(pipeline) })}</h2>
        <p className="soft">{say('fill.intro', { service, first })}</p>
        <FillForm key={JSON.stringify([view.from, view.to])} view={view} change={change} />
        {view.run !== undefined && <FillRun run={view.run} />}
      </section>
      <Panel title={say('fill.preview')} query={query}>
        {(preview) => (
          <>
            <PreviewTable preview={preview} />
            <Start pipeline={pipeline} preview={preview} change={change} />
          </>
        )}
      </Panel>
    </>
  )
}

function FillForm({ view, change }: Pick<FillPanelProps, 'view' | 'change'>) {
  const say = useWords(GAP_WORDS)
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const textOf = (name: string) => {
          const value = form.get(name)
          return typeof value === 'string' && value !== '' ? value : undefined
        }
        change({
          from: textOf('from'),
          to: textOf('to'),
          again: form.has('missing') ? undefined : 'yes',
          run: undefined,
        })
      }}
    >
      <label>
        {say('fill.from')}
        <input name="from" required defaultValue={view.from} placeholder="2026-11-01" />
      </label>
      <label>
        {say('fill.to')}
        <input name="to" defaultValue={view.to} placeholder={say('fill.now')} />
      </label>
      <label className="flag">
        <input type="checkbox" name="missing" defaultChecked={view.again === undefined} />
        {say('fill.onlyMissing')}
      </label>
      <button type="submit">{say('fill.preview')}</button>
    </form>
  )
}

type Part = BackfillPreview['parts'][number]

function PreviewTable({ preview }: { preview: BackfillPreview }) {
  const say = useWords(GAP_WORDS)
  const shared = useSharedWords()
  const { format } = useReader()
  const { from, to, is_cut, is_due, period, service, parts } = preview
  const numbers = {
    periods: say(`fill.periods.${period}`),
    stored: say('fill.stored'),
    missing: say('fill.missing'),
    excused: say('fill.excused'),
    requests: say('fill.requests', { service }),
  }
  const columns: TableColumn<Part>[] = [
    { key: 'of', title: say('fill.of'), value: ({ of }) => of },
    ...Object.entries(numbers).map(([key, title]) => ({
      key,
      title,
      isNumber: true,
      value: (part: Part) => part[key as keyof typeof numbers],
    })),
  ]
  return (
    <>
      <p>
        {say('fill.span', { from: format.moment(from), to: format.moment(to) })}{' '}
        {is_cut && say('fill.cut', { period: say(`period.${period}`) })}
      </p>
      {!is_due && <p role="status">{say('fill.nothing')}</p>}
      <DataTable
        caption={shared('table.of', { of: say('fill.preview') })}
        columns={columns}
        rows={parts}
        rowKey={({ of }) => of}
      />
    </>
  )
}

function Start({
  pipeline,
  preview: { params, is_due },
  change,
}: {
  pipeline: string
  preview: BackfillPreview
  change: ChangeView
}) {
  const say = useWords(GAP_WORDS)
  const start = useChange<{ run_id: string }>()
  const mayChange = useMayChange()
  if (!mayChange) return <ReaderNote />
  return (
    <div className="fill-start">
      <button
        type="button"
        className="primary"
        disabled={start.isPending || !is_due}
        onClick={() => {
          start.mutate(
            { address: `/api/pipelines/${pipeline}/runs`, body: params },
            {
              onSuccess: ({ run_id }) => {
                change({ run: run_id })
              },
            },
          )
        }}
      >
        {say('fill.start')}
      </button>
      {start.error !== null && <Trouble error={start.error} />}
    </div>
  )
}

/** The run that was started: how it goes, and a button that ends it. */
function FillRun({ run }: { run: string }) {
  const say = useWords(GAP_WORDS)
  const query = useApi<{ run: RunDetails }>(`/api/runs/${encodeURIComponent(run)}`)
  if (query.error !== null) return <Trouble error={query.error} />
  if (query.data === undefined) return null
  const { outcome, finished_at, workflow_id, run_id, counts, steps } = query.data.run
  const isOpen = finished_at === null
  const done = isOpen
    ? steps.map(({ batch }) => batch?.written ?? 0)
    : Object.values(counts).map(({ written }) => written)
  const written = done.reduce((sum, rows) => sum + rows, 0)
  return (
    <div className="fill-run" role="status">
      <p>
        <Outcome outcome={outcomeOf({ outcome })} />{' '}
        {isOpen ? say('fill.running') : say('fill.written', { n: written })}{' '}
        <Link to={`/runs/${encodeURIComponent(run_id)}`}>{say('fill.follow')}</Link>
      </p>
      {isOpen && (
        <ChangeButton
          label={say('fill.cancel')}
          done={say('fill.cancelled')}
          confirm={{
            title: say('fill.cancelTitle'),
            text: <p>{say('fill.cancelText')}</p>,
            leave: say('fill.leave'),
          }}
          address={`/api/runs/${encodeURIComponent(workflow_id)}/cancel`}
        />
      )}
    </div>
  )
}
