/** Rejected rows by source and kind of reason, a page at a time; one of them with its run and its response, and removing them. */
import * as z from 'zod/mini'
import type { RejectedRow, RejectedRows } from '../../../api/quarantine/quarantine-schema.ts'
import { ApiProblem, useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { ChangeButton } from '../../blocks/change.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { RunLink } from '../../blocks/run-link.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { HEALTH_WORDS } from './words/index.ts'

type Group = RejectedRows['groups'][number]

const NOT_FOUND = 404

/** The row that is shown, and where the page of groups begins. */
const rejectedView = z.object({
  rejected: z.catch(z.optional(z.string()), undefined),
  rejectedBefore: z.catch(z.optional(z.string().check(z.regex(/^\d{1,15}$/))), undefined),
})

export function RejectedPanel() {
  const say = useWords(HEALTH_WORDS)
  const [{ rejected, rejectedBefore: before }] = useView(rejectedView)
  const query = useApi<RejectedRows>(`/api/quarantine${before === undefined ? '' : `?before=${before}`}`)
  const columns: TableColumn<Group>[] = [
    {
      key: 'source',
      title: say('rejected.source'),
      value: ({ source }) => source,
      render: ({ source, newest_id }) => (
        <ViewLink change={{ rejected: String(newest_id) }} isSamePlace>
          {source}
        </ViewLink>
      ),
    },
    {
      key: 'reason',
      title: say('rejected.kind'),
      isText: true,
      value: ({ kind }) => kind,
      render: ({ kind }) => <span lang="en">{kind}</span>,
    },
    { key: 'rows', title: say('rejected.rows'), isNumber: true, value: ({ rows }) => rows },
    {
      key: 'newest',
      title: say('rejected.newest'),
      value: ({ newest_at }) => newest_at,
      render: ({ newest_at }) => <Age at={newest_at} />,
    },
  ]
  return (
    <Panel
      title={say('rejected.title')}
      query={query}
      isEmpty={({ groups }) => groups.length === 0 && rejected === undefined && before === undefined}
      empty={say('rejected.none')}
    >
      {({ groups, more }) => (
        <>
          <p>{say('rejected.intro')}</p>
          <DataTable
            caption={say('rejected.title')}
            columns={columns}
            rows={groups}
            rowKey={({ source, kind }) => JSON.stringify([source, kind])}
            isWhole={more === null && before === undefined}
          />
          <OtherPages more={more} before={before} />
          {rejected !== undefined && <Row id={rejected} />}
        </>
      )}
    </Panel>
  )
}

/** What is left out of this page, and the ways to the next one and to the first. */
function OtherPages({ more, before }: Pick<RejectedRows, 'more'> & { before: string | undefined }) {
  const say = useWords(HEALTH_WORDS)
  if (more === null && before === undefined) return null
  return (
    <p>
      {before !== undefined && (
        <>
          <ViewLink change={{ rejectedBefore: undefined }} isSamePlace>
            {say('rejected.first')}
          </ViewLink>{' '}
        </>
      )}
      {more !== null && (
        <>
          {say('rejected.more', { n: more.groups })}{' '}
          <ViewLink change={{ rejectedBefore: String(more.before) }} isSamePlace>
            {say('rejected.next')}
          </ViewLink>
        </>
      )}
    </p>
  )
}

function Row({ id }: { id: string }) {
  const say = useWords(HEALTH_WORDS)
  const query = useApi<RejectedRow>(`/api/quarantine/rows/${encodeURIComponent(id)}`)
  // Removed, or read again, since it was opened.
  if (query.error instanceof ApiProblem && query.error.status === NOT_FOUND)
    return <p role="status">{say('rejected.left', { id })}</p>
  return (
    <Panel title={say('rejected.row', { id })} query={query}>
      {(row) => (
        <>
          <RowFacts row={row} />
          <Responses urls={row.urls} />
          <pre className="scroll" tabIndex={0} lang="en">
            {JSON.stringify(row.row, null, 2)}
          </pre>
          <RowActions row={row} />
        </>
      )}
    </Panel>
  )
}

function RowFacts({ row: { source, reason, observed_at, run_id, pipeline } }: { row: RejectedRow }) {
  const say = useWords(HEALTH_WORDS)
  const nameOf = usePipelineName()
  const { format } = useReader()
  return (
    <dl className="facts">
      <div>
        <dt>{say('rejected.source')}</dt>
        <dd>{source}</dd>
      </div>
      <div>
        <dt>{say('rejected.reason')}</dt>
        <dd lang="en">{reason}</dd>
      </div>
      <div>
        <dt>{say('rejected.observed')}</dt>
        <dd>{format.moment(observed_at)}</dd>
      </div>
      <div>
        <dt>{say('rejected.run')}</dt>
        <dd>
          {pipeline === null ? (
            say('rejected.runGone')
          ) : (
            <>
              <RunLink id={run_id} /> ({nameOf(pipeline)})
            </>
          )}
        </dd>
      </div>
    </dl>
  )
}

/** Addresses are long: whoever wants them opens them. */
function Responses({ urls }: Pick<RejectedRow, 'urls'>) {
  const say = useWords(HEALTH_WORDS)
  if (urls.length === 0) return <p>{say('rejected.responseGone')}</p>
  return (
    <details>
      <summary>{say('rejected.from')}</summary>
      <ul>
        {urls.map((url) => (
          <li key={url}>
            <code className="address">{url}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function RowActions({ row: { id, source, kind, rows_of_kind: rows } }: { row: RejectedRow }) {
  const say = useWords(HEALTH_WORDS)
  const address = '/api/quarantine/drop'
  return (
    <div className="run-actions">
      <ViewLink change={{ replay: source }} isSamePlace>
        {say('rejected.replay', { source })}
      </ViewLink>
      <ChangeButton
        label={say('rejected.drop')}
        about={String(id)}
        done={say('rejected.dropped')}
        address={address}
        body={{ ids: [id] }}
        confirm={{
          title: say('rejected.dropTitle', { id: String(id) }),
          text: <p>{say('rejected.dropText')}</p>,
          leave: say('rejected.keep'),
        }}
      />
      {rows > 1 && (
        <ChangeButton
          label={say('rejected.dropAll', { n: rows })}
          about={source}
          done={say('rejected.dropped')}
          address={address}
          body={{ source, kind }}
          confirm={{
            title: say('rejected.dropAllTitle', { n: rows, source }),
            text: (
              <>
                <p lang="en">{kind}</p>
                <p>{say('rejected.dropText')}</p>
              </>
            ),
            leave: say('rejected.keep'),
          }}
        />
      )}
    </div>
  )
}
