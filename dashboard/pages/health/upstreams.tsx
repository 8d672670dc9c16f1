/** The services that data comes from: when each last gave rows, when and how it last failed, how it answers, what is left of its limits. */
import { Link } from '@tanstack/react-router'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useSharedWords, useWords } from '../../preferences.tsx'
import { Asked } from './asked.tsx'
import { Budgets } from './budgets.tsx'
import { Fields } from './fields.tsx'
import { failingNow, type Failing } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

export function UpstreamsPanel() {
  const say = useWords(HEALTH_WORDS)
  const shared = useSharedWords()
  const query = useApi<{ upstreams: Upstream[] }>('/api/upstreams')
  // Without Temporal this is not known; the servers above say so.
  const { data } = useApi<{ retrying: Failing[] }>('/api/retrying')
  const columns = useColumns(data?.retrying ?? [])
  return (
    <Panel title={say('upstreams.title')} query={query}>
      {({ upstreams }) => (
        <>
          <p className="soft">{say('upstreams.intro')}</p>
          <DataTable
            caption={shared('table.of', { of: say('upstreams.title') })}
            columns={columns}
            rows={upstreams}
            rowKey={({ pipeline, name }) => `${pipeline} ${name}`}
            isCards
          />
        </>
      )}
    </Panel>
  )
}

/** What fails at this moment, and when it is tried again. */
function FailsNow({ failing }: { failing: Failing }) {
  const say = useWords(HEALTH_WORDS)
  const { attempts: n, failure, next_attempt_at, run_workflow_id } = failing
  return (
    <div className="failure">
      <Link to={`/runs/${encodeURIComponent(run_workflow_id)}`}>{say('upstreams.failsNow', { n })}</Link>{' '}
      {failure} {next_attempt_at === null ? say('upstreams.trying') : <NextAttempt at={next_attempt_at} />}
    </div>
  )
}

function NextAttempt({ at }: { at: string }) {
  const say = useWords(HEALTH_WORDS)
  return (
    <>
      {say('upstreams.next')} <Age at={at} />.
    </>
  )
}

/** Why it gives no rows: a setting, what fails now, or what the records tell. */
function Why({ upstream, failing }: { upstream: Upstream; failing: Failing | undefined }) {
  const say = useWords(HEALTH_WORDS)
  const { missing, not_asked, failure } = upstream
  if (missing !== null) return missing
  if (failing !== undefined) return <FailsNow failing={failing} />
  return not_asked === null ? (failure?.sentence ?? '–') : say('upstreams.notAsked', { why: not_asked })
}

function useColumns(retrying: readonly Failing[]): TableColumn<Upstream>[] {
  const say = useWords(HEALTH_WORDS)
  const nameOf = usePipelineName()
  return [
    { key: 'name', title: say('upstreams.name'), value: ({ name }) => name },
    { key: 'pipeline', title: say('letters.pipeline'), value: ({ pipeline }) => nameOf(pipeline) },
    {
      key: 'answered',
      title: say('upstreams.answered'),
      value: ({ answered_at }) => answered_at,
      render: ({ answered_at, answered_run }) =>
        answered_at === null ? (
          '–'
        ) : (
          <Link to={`/runs/${encodeURIComponent(answered_run ?? '')}`}>
            <Age at={answered_at} />
          </Link>
        ),
    },
    {
      key: 'failed',
      title: say('upstreams.failed'),
      value: ({ failure }) => failure?.at ?? null,
      render: ({ failure }) =>
        failure === null ? (
          '–'
        ) : (
          <>
            <Link to={`/runs/${encodeURIComponent(failure.run)}`}>
              <Age at={failure.at} />
            </Link>{' '}
            <code>{failure.name}</code>
          </>
        ),
    },
    {
      key: 'reason',
      title: say('letters.reason'),
      isText: true,
      value: (upstream) =>
        upstream.missing ??
        failingNow(upstream, retrying)?.failure ??
        upstream.not_asked ??
        upstream.failure?.sentence ??
        null,
      render: (upstream) => <Why upstream={upstream} failing={failingNow(upstream, retrying)} />,
    },
    {
      key: 'asked',
      title: say('upstreams.asked'),
      isText: true,
      value: ({ asked }) => asked.calls,
      render: ({ asked }) => <Asked asked={asked} />,
    },
    {
      key: 'fields',
      title: say('upstreams.fields'),
      isText: true,
      value: ({ fields }) => fields.length,
      render: ({ fields }) => <Fields fields={fields} />,
    },
    {
      key: 'budget',
      title: say('upstreams.budget'),
      isText: true,
      value: ({ budgets }) => budgets[0]?.remaining ?? null,
      render: (upstream) => <Budgets {...upstream} isAsked={failingNow(upstream, retrying) !== undefined} />,
    },
  ]
}
