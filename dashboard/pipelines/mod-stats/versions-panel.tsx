/** The versions of a mod, the most downloaded first, and the downloads of one over time. */
import { useAllRows } from '../../all-rows.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { ViewLink } from '../../blocks/view-link.tsx'
import { useReader } from '../../preferences.tsx'
import { OneOverTime } from './one-over-time.tsx'
import { DATA, platformName, type Version } from './rows.ts'
import { versionKey, type ModPanelProps } from './view.ts'
import { usePageWords } from './words/index.ts'

/** Versions on a page of the table. */
const PAGE_ROWS = 10

export function VersionsPanel({ mod, view, change }: ModPanelProps) {
  const say = usePageWords()
  const query = useAllRows<Version>(`${DATA}/newest-versions`, { mod: mod.mod })
  const chosen = query.data?.find((version) => versionKey(version) === view.version)
  return (
    <>
      <Panel
        title={say('top')}
        query={query}
        isEmpty={(versions) => versions.length === 0}
        empty={say('top.none')}
      >
        {(versions) => (
          <>
            <p className="soft">{say('top.note')}</p>
            <VersionTable versions={versions} />
          </>
        )}
      </Panel>
      {chosen && (
        <OneOverTime
          title={say('version.time', { name: chosen.version_name })}
          set="version-stats"
          selection={{ mod: mod.mod, platform: chosen.platform, version_id: chosen.version_id }}
          close={() => {
            change({ version: undefined })
          }}
        />
      )}
    </>
  )
}

function VersionTable({ versions }: { versions: readonly Version[] }) {
  const say = usePageWords()
  const { format } = useReader()
  const most = Math.max(1, ...versions.map(({ downloads }) => downloads))
  const columns: TableColumn<Version>[] = [
    {
      key: 'name',
      title: say('version'),
      value: ({ version_name }) => version_name,
      render: (version) => (
        <span className="cell">
          <ViewLink change={{ version: versionKey(version) }} isSamePlace>
            {version.version_name}
          </ViewLink>
        </span>
      ),
    },
    {
      key: 'number',
      title: say('number'),
      value: ({ version_number }) => version_number,
      render: ({ version_number }) => <span className="cell">{version_number ?? '–'}</span>,
    },
    { key: 'platform', title: say('platform'), value: ({ platform }) => platformName(platform) },
    { key: 'downloads', title: say('downloads'), isNumber: true, value: ({ downloads }) => downloads },
    {
      key: 'share',
      title: say('share'),
      value: ({ downloads }) => Math.round((downloads / most) * 100),
      render: ({ downloads, version_name }) => (
        <meter value={downloads} max={most} aria-label={`${version_name}: ${format.number(downloads)}`} />
      ),
    },
    {
      key: 'published',
      title: say('published'),
      value: ({ date_published }) => date_published,
      render: ({ date_published }) => (date_published === null ? '–' : format.day(date_published)),
    },
  ]
  return (
    <DataTable
      caption={say('top')}
      columns={columns}
      rows={versions}
      rowKey={versionKey}
      pageRows={PAGE_ROWS}
      sorting={{ key: 'downloads', isDescending: true }}
      file={() => 'versions'}
    />
  )
}
