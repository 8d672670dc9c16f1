/** The services that data comes from: when each last gave rows, when and how it last failed, what is left of its limits. */
import { Link } from '@tanstack/react-router'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useSharedWords, useWords } from '../../preferences.tsx'
import { Budgets } from './budgets.tsx'
import { HEALTH_WORDS } from './words/index.ts'

export function UpstreamsPanel() {
  const say = useWords(HEALTH_WORDS)
  const shared = useSharedWords()
  const query = useApi<{ upstreams: Upstream[] }>('/api/upstreams')
  const columns = useColumns()
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
          />
        </>
      )}
    </Panel>
  )
}

function useColumns(): TableColumn<Upstream>[] {
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
      value: ({ failure, not_asked }) => not_asked ?? failure?.sentence ?? null,
      render: ({ failure, not_asked }) =>
        not_asked === null ? (failure?.sentence ?? '–') : say('upstreams.notAsked', { why: not_asked }),
    },
    {
      key: 'budget',
      title: say('upstreams.budget'),
      isText: true,
      value: ({ budgets }) => budgets[0]?.remaining ?? null,
      render: ({ budgets }) => <Budgets budgets={budgets} />,
    },
  ]
}
