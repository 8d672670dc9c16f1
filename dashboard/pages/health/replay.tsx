/** Reading stored responses again: what would change, writing it, and under which runs it is recorded. */
import { useQuery } from '@tanstack/react-query'
import * as z from 'zod/mini'
import type { RejectedRows, ReplayAnswer } from '../../../api/quarantine/quarantine-schema.ts'
import { getJson, useApi } from '../../api.ts'
import { ReaderNote, useChange, useMayChange } from '../../blocks/change.tsx'
import { Choice } from '../../blocks/choice.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { RunLink } from '../../blocks/run-link.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { HEALTH_WORDS } from './words/index.ts'

type Replay = NonNullable<ReplayAnswer['replay']>
type Source = Replay['sources'][number]

const REPLAY = '/api/quarantine/replay'
/** How often a replay that runs is looked at. */
const LOOK_MS = 1_000

/** The source that is chosen. */
const replayView = z.object({ replay: z.catch(z.optional(z.string()), undefined) })

export function ReplayPanel() {
  const say = useWords(HEALTH_WORDS)
  const stored = useApi<RejectedRows>('/api/quarantine')
  const query = useQuery({
    queryKey: [REPLAY],
    queryFn: ({ signal }) => getJson<ReplayAnswer>(REPLAY, signal),
    refetchInterval: ({ state }) => (state.data?.replay?.state === 'running' ? LOOK_MS : false),
  })
  return (
    <Panel title={say('replay.title')} query={query}>
      {({ replay }) => (
        <>
          <p>{say('replay.intro')}</p>
          <ReplayForm sources={stored.data?.sources ?? []} isBusy={replay?.state === 'running'} />
          {replay !== null && <Found replay={replay} />}
        </>
      )}
    </Panel>
  )
}

function ReplayForm({ sources, isBusy }: { sources: readonly string[]; isBusy: boolean }) {
  const say = useWords(HEALTH_WORDS)
  const look = useChange()
  const mayChange = useMayChange()
  const [{ replay = '' }, change] = useView(replayView)
  const names = new Set([...sources, ...(replay === '' ? [] : [replay])])
  if (!mayChange) return <ReaderNote />
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        if (look.isPending || isBusy) return
        const since = new FormData(event.currentTarget).get('since')
        const body = {
          ...(replay !== '' && { source: replay }),
          ...(typeof since === 'string' && since !== '' && { since }),
        }
        look.mutate({ address: REPLAY, body })
      }}
    >
      <Choice
        label={say('replay.source')}
        options={[['', say('replay.all')], ...[...names].map((source) => [source, source] as const)]}
        value={replay}
        choose={(source) => {
          change({ replay: source })
        }}
      />
      <label>
        {say('replay.since')}
        <input type="date" name="since" />
      </label>
      <button type="submit" aria-disabled={look.isPending || isBusy}>
        {say('replay.look')}
      </button>
      {look.error !== null && <Trouble error={look.error} />}
    </form>
  )
}

function Found({ replay }: { replay: Replay }) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const { source, since, state, why, write, sources } = replay
  const of = source ?? say('replay.all')
  const read = sources.filter((one) => one.why === null)
  const changes = read.flatMap(({ tables }) => tables).reduce((sum, one) => sum + one.added + one.changed, 0)
  const mended = read.reduce((sum, one) => sum + one.mended, 0)
  return (
    <div className="replay-found" role="status">
      <h3>{since === null ? of : say('replay.of', { of, since: format.day(since) })}</h3>
      {state === 'running' && <p>{say('replay.running')}</p>}
      {state === 'failed' && (
        <p>
          <span className="mark bad">
            <span aria-hidden="true">✕</span> {say('replay.failed')}
          </span>{' '}
          {why}
        </p>
      )}
      {read.length > 0 && <FoundTable sources={read} />}
      <Reasons sources={sources} />
      {state === 'done' &&
        (write ? (
          <Written replay={replay} changes={changes} mended={mended} />
        ) : (
          <Write replay={replay} changes={changes} mended={mended} />
        ))}
    </div>
  )
}

type Line = Source['tables'][number] & Pick<Source, 'source' | 'responses'> & { stillRejected: number | null }

function FoundTable({ sources }: { sources: readonly Source[] }) {
  const say = useWords(HEALTH_WORDS)
  const lines = sources.flatMap(({ source, responses, still_rejected, tables }): Line[] =>
    tables.length === 0
      ? [{ source, responses, table: '–', rows: 0, added: 0, changed: 0, stillRejected: still_rejected }]
      : tables.map((one, at) => ({
          ...one,
          source,
          responses,
          // Of the whole source: said once.
          stillRejected: at === 0 ? still_rejected : null,
        })),
  )
  const columns: TableColumn<Line>[] = [
    { key: 'source', title: say('replay.source'), value: ({ source }) => source },
    { key: 'table', title: say('replay.table'), value: ({ table }) => table },
    { key: 'responses', title: say('replay.responses'), isNumber: true, value: (one) => one.responses },
    { key: 'rows', title: say('replay.rows'), isNumber: true, value: ({ rows }) => rows },
    { key: 'added', title: say('replay.added'), isNumber: true, value: ({ added }) => added },
    { key: 'changed', title: say('replay.changed'), isNumber: true, value: ({ changed }) => changed },
    {
      key: 'rejected',
      title: say('replay.stillRejected'),
      isNumber: true,
      value: ({ stillRejected }) => stillRejected,
    },
  ]
  return (
    <DataTable
      caption={say('replay.title')}
      columns={columns}
      rows={lines}
      rowKey={({ source, table }) => `${source} ${table}`}
    />
  )
}

/** Why sources, or responses of them, were not read. */
function Reasons({ sources }: { sources: readonly Source[] }) {
  const say = useWords(HEALTH_WORDS)
  const told = sources.filter(({ why, unread }) => why !== null || unread > 0)
  if (told.length === 0) return null
  return (
    <ul>
      {told.map(({ source, why, unread, unread_why }) => (
        <li key={source}>
          {why === null
            ? say('replay.unread', { source, n: unread, why: unread_why ?? '' })
            : say('replay.not', { source, why })}
        </li>
      ))}
    </ul>
  )
}

interface Sums {
  replay: Replay
  changes: number
  mended: number
}

function Write({ replay: { source, since }, changes, mended }: Sums) {
  const say = useWords(HEALTH_WORDS)
  const write = useChange()
  const mayChange = useMayChange()
  const body = { ...(source !== null && { source }), ...(since !== null && { since }), write: true }
  return (
    <>
      <p>
        {say('replay.wouldChange', { n: changes })} {mended > 0 && say('replay.wouldMend', { n: mended })}
      </p>
      {mayChange && changes + mended > 0 && (
        <div className="run-actions">
          <button
            type="button"
            className="primary"
            aria-disabled={write.isPending}
            onClick={() => {
              if (!write.isPending) write.mutate({ address: REPLAY, body })
            }}
          >
            {say('replay.write')}
          </button>
        </div>
      )}
      {write.error !== null && <Trouble error={write.error} />}
    </>
  )
}

function Written({ replay: { run_ids, started, left }, changes, mended }: Sums) {
  const say = useWords(HEALTH_WORDS)
  return (
    <>
      <p>
        {say('replay.wrote', { n: changes })} {mended > 0 && say('replay.mended', { n: mended })}
      </p>
      <p>
        {say('replay.recorded')}{' '}
        {run_ids.map((id) => (
          <span key={id}>
            <RunLink id={id} />{' '}
          </span>
        ))}
      </p>
      {started.length > 0 && <p>{say('replay.recomputes')}</p>}
      {left.map((command) => (
        <p key={command}>
          {say('replay.left')} <code>{command}</code>
        </p>
      ))}
    </>
  )
}
