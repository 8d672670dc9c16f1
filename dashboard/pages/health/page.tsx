/** Health: the servers, the worker, what waits for the database, disks, backups and versions. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader, useWords } from '../../preferences.tsx'
import { AlertsPanel } from './alerts.tsx'
import { BackupsPanel } from './backups.tsx'
import { LettersPanel } from './letters.tsx'
import { Line } from './line.tsx'
import { RejectedPanel } from './rejected.tsx'
import { ReplayPanel } from './replay.tsx'
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
      <AlertsPanel />
      <Panel title={say('servers.title')} query={query}>
        {(stack) => <Servers stack={stack} />}
      </Panel>
      <UpstreamsPanel />
      <SpoolPanel query={query} />
      <LettersPanel query={query} />
      <RejectedPanel />
      <ReplayPanel />
      <DisksPanel query={query} />
      <BackupsPanel query={query} />
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
