/** In five seconds: whether all is well. What is wrong stands first, with its cause and what to do. */
import type { AlertList } from '../../../api/alerts/alerts-schema.ts'
import type { PipelineList } from '../../../api/pipelines/list.ts'
import { Link } from '@tanstack/react-router'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { useNow } from '../../blocks/now.ts'
import { Panel } from '../../blocks/panel.tsx'
import { useSharedWords } from '../../preferences.tsx'
import { inServerTime } from '../../server-clock.ts'
import { workerMark, type Stack } from '../health/state.ts'
import { useRetries } from '../runs/retrying.tsx'
import type { Retry } from '../runs/shapes.ts'
import { PipelineCard } from './card.tsx'
import { inTrouble, worstFirst } from './state.ts'

export default function OverviewPage() {
  const say = useSharedWords()
  const query = useApi<PipelineList>('/api/pipelines')
  const retries = useRetries().data?.retrying ?? []
  const { data, error } = query
  // Without the database nothing is known of runs, which is not that there were none.
  const hasRecords = data?.away.every(({ server }) => server !== 'database') ?? false
  return (
    <>
      <h1>{say('nav.overview')}</h1>
      {data === undefined && (
        <Panel title={say('overview.state')} query={query}>
          {() => null}
        </Panel>
      )}
      {data !== undefined && (
        <>
          <Verdict
            {...data}
            retries={retries}
            isOld={error !== null}
            readAt={inServerTime(query.dataUpdatedAt)}
          />
          <div className="cards wide">
            {worstFirst(data.pipelines).map((pipeline) => (
              <PipelineCard key={pipeline.id} pipeline={pipeline} hasRecords={hasRecords} />
            ))}
          </div>
        </>
      )}
    </>
  )
}

interface VerdictProps extends PipelineList {
  retries: Retry[]
  /** Whether it could not be read again. */
  isOld: boolean
  readAt: number
}

/** Whether the watch has found already that no worker asks for work. */
const isToldOf = (alerts: AlertList['alerts']): boolean => alerts.some(({ kind }) => kind === 'worker-away')

/** Whether all is well, in one sentence. Why a server is away stands at the top of the page. */
function Verdict({ pipelines, away, retries, isOld, readAt }: VerdictProps) {
  const say = useSharedWords()
  const hasWorker = useHasWorker()
  const alerts = useApi<AlertList>('/api/alerts').data?.alerts.filter(({ silenced }) => !silenced) ?? []
  const troubled = inTrouble(pipelines).length
  const isNew = pipelines.every(({ last_run }) => last_run === null)
  const isKnown = away.length === 0 && !isOld
  const isWell = troubled === 0 && isKnown && retries.length === 0 && hasWorker && alerts.length === 0
  const wrong = [
    isOld && say('overview.old'),
    away.length > 0 && say('overview.partly'),
    !hasWorker && !isToldOf(alerts) && say('overview.noWorker'),
    troubled > 0 && say('overview.trouble', { n: troubled }),
  ].filter((sentence) => sentence !== false)
  return (
    <div className={`verdict ${isWell ? 'well' : 'wrong'}`} role="status">
      {isWell && <Sentence sign="✓">{say(isNew ? 'overview.new' : 'overview.well')}</Sentence>}
      {wrong.map((sentence) => (
        <Sentence key={sentence} sign="!">
          {sentence}
        </Sentence>
      ))}
      {alerts.length > 0 && <Alerts alerts={alerts} />}
      {retries.length > 0 && <Retrying retries={retries} />}
      <span className="age">
        {say('panel.read')} <Age at={readAt} />
      </span>
    </div>
  )
}

/** What the watch found, the worst first. */
function Alerts({ alerts }: Pick<AlertList, 'alerts'>) {
  const say = useSharedWords()
  return (
    <p>
      <strong>
        <span aria-hidden="true">!</span> {say('overview.alerts', { n: alerts.length })}
      </strong>{' '}
      {alerts[0]?.what} <code>{alerts[0]?.next}</code> <Link to="/health">{say('overview.look')}</Link>
    </p>
  )
}

function Sentence({ sign, children }: { sign: string; children: string }) {
  return (
    <p>
      <strong>
        <span aria-hidden="true">{sign}</span> {children}
      </strong>
    </p>
  )
}

/** Whether a worker asks for work; also while that is not known. */
function useHasWorker(): boolean {
  const now = useNow()
  const stack = useApi<Stack>('/api/stack').data
  return stack?.temporal == null || workerMark(stack, now) === 'good'
}

/** What fails at this moment: how much, and why the step failed that is tried next. */
function Retrying({ retries }: { retries: Retry[] }) {
  const say = useSharedWords()
  const [next] = retries.toSorted((a, b) => (a.next_attempt_at ?? '').localeCompare(b.next_attempt_at ?? ''))
  return (
    <p>
      <strong>
        <span aria-hidden="true">!</span> {say('overview.retrying', { n: retries.length })}
      </strong>{' '}
      {next?.failure}{' '}
      {next?.next_attempt_at != null && (
        <>
          {say('overview.nextTry')} <Age at={next.next_attempt_at} />.
        </>
      )}{' '}
      <Link to="/runs">{say('overview.look')}</Link>
    </p>
  )
}
