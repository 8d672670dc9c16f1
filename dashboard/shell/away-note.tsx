/** Says once for the whole page why parts of it cannot be read now. */
import { notifyManager, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback, useSyncExternalStore } from 'react'
import { causesOf } from '../away.ts'
import { useSharedWords } from '../preferences.tsx'

export function AwayNote() {
  const say = useSharedWords()
  const causes = useCauses()
  return (
    <div role="status">
      {causes.length > 0 && (
        <div className="lost">
          <strong>{say('shell.away')}</strong>{' '}
          {causes.map((cause) => (
            <span key={cause} lang="en">
              {cause}{' '}
            </span>
          ))}
          {say('shell.awayGoesOn')} <Link to="/health">{say('nav.health')}</Link>
        </div>
      )}
    </div>
  )
}

/** The causes as what the page asks finds them. */
function useCauses(): string[] {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback(
    (changed: () => void) => cache.subscribe(notifyManager.batchCalls(changed)),
    [cache],
  )
  // As text, so that the same causes are the same value.
  return JSON.parse(
    useSyncExternalStore(subscribe, () => JSON.stringify(causesOf(cache.getAll()))),
  ) as string[]
}
