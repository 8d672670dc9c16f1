/** The last runs of a pipeline side by side, the newest at the right. */
import { outcomeOf } from '../../blocks/outcomes.ts'
import { useReader, useSharedWords } from '../../preferences.tsx'
import { type Run } from './state.ts'

export function RunStrip({ runs }: { runs: readonly Run[] }) {
  const say = useSharedWords()
  const { format } = useReader()
  const told = (run: Run) => `${say(`outcome.${outcomeOf(run)}`)}, ${format.moment(run.started_at)}`
  // One that is going on is not complete yet; one that was skipped since another was going on lacks nothing.
  const counted = runs.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'running')
  const complete = counted.filter(({ outcome }) => outcome === 'complete').length
  return (
    <div>
      <ol className="strip" aria-label={say('overview.strip', { n: runs.length })}>
        {runs.toReversed().map((run) => (
          <li key={run.run_id} className={outcomeOf(run)} title={told(run)}>
            <span className="unseen">{told(run)}</span>
          </li>
        ))}
      </ol>
      {counted.length > 0 && (
        <p className="soft">{say('overview.complete', { n: counted.length, complete })}</p>
      )}
    </div>
  )
}
