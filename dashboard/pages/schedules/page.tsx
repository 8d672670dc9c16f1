/** Schedules: when each pipeline starts by itself; pausing with a reason, resuming and starting it now. */
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { ChangeButton, ReaderNote, useChange, useMayChange } from '../../blocks/change.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import type { Schedule } from '../runs/shapes.ts'
import { SCHEDULE_WORDS } from './words/index.ts'

/** As the API takes it. */
const REASON_LENGTH = 300

export default function SchedulesPage() {
  const say = useWords(SCHEDULE_WORDS)
  const query = useApi<{ schedules: Schedule[] }>('/api/schedules')
  return (
    <>
      <h1>{say('title')}</h1>
      <p className="intro">{say('intro')}</p>
      <Panel title={say('panel')} query={query}>
        {({ schedules }) => (
          <>
            <ReaderNote />
            <div className="cards">
              {schedules.map((schedule) => (
                <ScheduleCard key={schedule.pipeline} schedule={schedule} />
              ))}
            </div>
          </>
        )}
      </Panel>
    </>
  )
}

function ScheduleCard({ schedule }: { schedule: Schedule }) {
  const say = useWords(SCHEDULE_WORDS)
  const heading = useId()
  const nameOf = usePipelineName()
  const name = nameOf(schedule.pipeline)
  const address = `/api/schedules/${schedule.pipeline}`
  return (
    <section className="inner-card" aria-labelledby={heading}>
      <h3 id={heading}>
        <Link to="/runs" search={{ pipeline: schedule.pipeline }}>
          {name}
        </Link>{' '}
        <span className={`mark ${schedule.state}`}>{say(`state.${schedule.state}`)}</span>
      </h3>
      <ScheduleFacts schedule={schedule} />
      <div className="run-actions">
        {schedule.state === 'paused' && (
          <ChangeButton
            label={say('resume')}
            about={name}
            done={say('resumed')}
            address={`${address}/resume`}
          />
        )}
        {schedule.state !== 'missing' && (
          <ChangeButton
            label={say('trigger')}
            about={name}
            done={say('triggered')}
            address={`${address}/trigger`}
          />
        )}
      </div>
      {schedule.state === 'active' && <PauseForm address={`${address}/pause`} name={name} />}
    </section>
  )
}

function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const say = useWords(SCHEDULE_WORDS)
  const { format } = useReader()
  const { state, note, every_seconds, next_start, last_start } = schedule
  return (
    <dl className="facts">
      {state !== 'active' && note !== '' && (
        <div>
          <dt>{say('note')}</dt>
          <dd>{note}</dd>
        </div>
      )}
      {every_seconds !== null && (
        <div>
          <dt>{say('every')}</dt>
          <dd>{format.duration(every_seconds * 1_000)}</dd>
        </div>
      )}
      <div>
        <dt>{say('next')}</dt>
        <dd>
          {next_start === null ? (
            say('none', { state: say(`state.${state}`) })
          ) : (
            <>
              <Age at={next_start} /> ({format.moment(next_start)})
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>{say('last')}</dt>
        <dd>{last_start === null ? say('never') : <Age at={last_start} />}</dd>
      </div>
    </dl>
  )
}

function PauseForm({ address, name }: { address: string; name: string }) {
  const say = useWords(SCHEDULE_WORDS)
  const pause = useChange()
  const mayChange = useMayChange()
  if (!mayChange) return null
  return (
    <form
      className="pause"
      onSubmit={(event) => {
        event.preventDefault()
        if (pause.isPending) return
        const reason = new FormData(event.currentTarget).get('reason')
        pause.mutate({ address, body: { reason: typeof reason === 'string' ? reason : '' } })
      }}
    >
      <label>
        {say('reason')}
        <input name="reason" required maxLength={REASON_LENGTH} />
      </label>
      <button type="submit" aria-disabled={pause.isPending} aria-label={`${say('pause')}: ${name}`}>
        {say('pause')}
      </button>
      {pause.error !== null && <Trouble error={pause.error} />}
    </form>
  )
}
