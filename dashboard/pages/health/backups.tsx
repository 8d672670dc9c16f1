/** Backups: the last good one and its age, and what is wrong with others. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Age } from '../../blocks/age.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useWords } from '../../preferences.tsx'
import { Line } from './line.tsx'
import { backupMark, type Stack } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

export function BackupsPanel({ query }: { query: UseQueryResult<Stack> }) {
  const say = useWords(HEALTH_WORDS)
  return (
    <Panel title={say('backups.title')} query={query}>
      {({ backups }) => {
        const { made_at, is_late, failed, damaged } = backups
        return (
          <ul className="states">
            <Line mark={backupMark(backups)} name={say('backups.last')}>
              {made_at === null ? (
                say('backups.none')
              ) : (
                <>
                  <Age at={made_at} />, {say('backups.verified')}
                </>
              )}
              {failed !== null && (
                <p>
                  {say('backups.failed', { why: failed.why })} (<Age at={failed.at} />)
                </p>
              )}
              {damaged.length > 0 && <p>{say('backups.damaged', { names: damaged.join(', ') })}</p>}
              {(is_late || failed !== null) && <p>{say('backups.remedy')}</p>}
            </Line>
          </ul>
        )
      }}
    </Panel>
  )
}
