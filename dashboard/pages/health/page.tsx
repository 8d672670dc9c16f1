/** Health: the servers, the worker, what waits for the database, disks and versions. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../../api.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Age } from '../../blocks/age.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { Line } from './line.tsx'
import { Servers } from './servers.tsx'
import { UpstreamsPanel } from './upstreams.tsx'
import { roomMark, sizeIn, type Stack } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

interface PanelProps {
  query: UseQueryResult<Stack>
}

export default function HealthPage() {
  const say = useWords(HEALTH_WORDS)
  const query = useApi<Stack>('/api/stack')
  return (
    <>
      <h1>{say('title')}</h1>
      <Panel title={say('servers.title')} query={query}>
        {(stack) => <Servers stack={stack} />}
      </Panel>
      <UpstreamsPanel />
      <SpoolPanel query={query} />
      <LettersPanel query={query} />
      <DisksPanel query={query} />
      <VersionsPanel query={query} />
    </>
  )
}

function SpoolPanel({ query }: PanelProps) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const size = (bytes: number) => sizeIn(format.locale, bytes)
  return (
    <Panel
      title={say('spool.title')}
      query={query}
      isEmpty={({ spool }) => spool.waiting === 0 && spool.dead_letter_count === 0}
      empty={say('spool.empty')}
    >
      {({ spool }) => (
        <>
          <dl className="facts">
            <div>
              <dt>{say('spool.waiting')}</dt>
              <dd>{format.number(spool.waiting)}</dd>
            </div>
            <div>
              <dt>{say('spool.rows')}</dt>
              <dd>{format.number(spool.rows)}</dd>
            </div>
            <div>
              <dt>{say('spool.oldest')}</dt>
              <dd>{spool.oldest_at === null ? '–' : <Age at={spool.oldest_at} />}</dd>
            </div>
            <div>
              <dt>{say('spool.size')}</dt>
              <dd>
                {say('spool.share', {
                  size: size(spool.bytes),
                  percent: Math.round((spool.bytes / spool.most_bytes) * 100),
                  most: size(spool.most_bytes),
                })}
              </dd>
            </div>
          </dl>
          {spool.waiting > 0 && <p>{say('spool.remedy')}</p>}
        </>
      )}
    </Panel>
  )
}

type Letter = Stack['spool']['dead_letters'][number]

function LettersPanel({ query }: PanelProps) {
  const say = useWords(HEALTH_WORDS)
  const nameOf = usePipelineName()
  const columns: TableColumn<Letter>[] = [
    {
      key: 'name',
      title: say('letters.name'),
      value: ({ name }) => name,
      render: ({ name }) => <code>{name}</code>,
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
        </>
      )}
    </Panel>
  )
}

const SETTINGS = { state: 'ALMANAC_STATE_DIR', data: 'DATA_DIR' }

function DisksPanel({ query }: PanelProps) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  return (
    <Panel title={say('disks.title')} query={query}>
      {({ disks }) => (
        <ul className="states">
          {disks.map(({ name, folder, free_bytes, room }) => (
            <Line key={name} mark={roomMark(room)} name={say(`disk.${name}`)}>
              {say('disk.free', { size: sizeIn(format.locale, free_bytes), folder })}
              {room !== 'enough' && <p>{say('disk.more', { setting: SETTINGS[name] })}</p>}
            </Line>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function VersionsPanel({ query }: PanelProps) {
  const say = useWords(HEALTH_WORDS)
  return (
    <Panel title={say('versions.title')} query={query}>
      {({ almanac, node, stack, database, temporal }) => (
        <dl className="facts">
          {Object.entries({
            Almanac: almanac,
            [say('versions.stack')]: stack,
            'Node.js': node,
            PostgreSQL: database?.version,
            Temporal: temporal?.version,
          }).map(([name, version]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{version ?? '–'}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  )
}
