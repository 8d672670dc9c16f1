/** What the watch found: since when, what it means, what to run next; and what is silenced. */
import { useId } from 'react'
import type { AlertList } from '../../../api/alerts/alerts-schema.ts'
import { useApi } from '../../api.ts'
import { Age } from '../../blocks/age.tsx'
import { ChangeButton, useChange, useMayChange } from '../../blocks/change.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { Trouble } from '../../blocks/states.tsx'
import { usePipelineName } from '../../pipelines/name.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { HEALTH_WORDS } from './words/index.ts'

type Alert = AlertList['alerts'][number]

/** As the API takes it. */
const REASON_LENGTH = 300
/** Hours of a silence that can be chosen; without any it lasts until it is over. */
const HOURS = [1, 8, 24, 168]

export function AlertsPanel() {
  const say = useWords(HEALTH_WORDS)
  const query = useApi<AlertList>('/api/alerts')
  return (
    <Panel title={say('alerts.title')} query={query}>
      {({ looked_at, alerts, held, silences, channels }) => (
        <>
          <p className="soft">
            {looked_at === null ? (
              say('alerts.neverLooked')
            ) : (
              <>
                {say('alerts.looked')} <Age at={looked_at} />.
              </>
            )}{' '}
            {channels.length === 0
              ? say('alerts.nobody')
              : say('alerts.channels', { names: channels.map(({ name }) => name).join(', ') })}
          </p>
          {channels
            .filter(({ trouble }) => trouble !== null)
            .map(({ name, waiting, trouble }) => (
              <p key={name} className="failure">
                {say('alerts.waiting', { name, n: waiting })} <span lang="en">{trouble}</span>
              </p>
            ))}
          {alerts.length === 0 ? (
            <p>{say(held.length === 0 ? 'alerts.none' : 'alerts.noneYet')}</p>
          ) : (
            <ul className="states">
              {alerts.map((alert) => (
                <AlertLine key={alert.key} alert={alert} />
              ))}
            </ul>
          )}
          {held.length > 0 && <p className="soft">{say('alerts.held', { keys: held.join(', ') })}</p>}
          {silences.length > 0 && <Silences silences={silences} />}
        </>
      )}
    </Panel>
  )
}

function AlertLine({ alert }: { alert: Alert }) {
  const say = useWords(HEALTH_WORDS)
  const isCritical = alert.severity === 'critical'
  return (
    <li>
      <span className={`mark ${isCritical ? 'bad' : 'warn'}`}>
        <span aria-hidden="true">{isCritical ? '✕' : '!'}</span> {say(`alerts.${alert.severity}`)}
      </span>{' '}
      <strong>{alert.what}</strong>
      <div>
        {alert.means} {say('alerts.since')} <Age at={alert.since} />
        {alert.last_good !== null && (
          <>
            , {say('alerts.lastGood')} <Age at={alert.last_good} />
          </>
        )}
        .
      </div>
      <div>
        {say('alerts.next')} <code>{alert.next}</code>
        {alert.silenced && <> · {say('alerts.silenced')}</>}
      </div>
      {!alert.silenced && <SilenceForm alert={alert} />}
    </li>
  )
}

function SilenceForm({ alert: { key, what } }: { alert: Alert }) {
  const say = useWords(HEALTH_WORDS)
  const silence = useChange()
  const mayChange = useMayChange()
  if (!mayChange) return null
  return (
    <details>
      <summary>{say('silence.open')}</summary>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          const given = new FormData(event.currentTarget)
          const [hours, reason] = [given.get('hours'), given.get('reason')]
          silence.mutate({
            address: '/api/silences',
            body: {
              of: key,
              ...(hours === '' ? {} : { hours: Number(hours) }),
              reason: typeof reason === 'string' ? reason : '',
            },
          })
        }}
      >
        <label>
          {say('silence.for')}
          <select name="hours">
            <option value="">{say('silence.untilOver')}</option>
            {HOURS.map((hours) => (
              <option key={hours} value={hours}>
                {say('silence.hours', { n: hours })}
              </option>
            ))}
          </select>
        </label>
        <label>
          {say('silence.reason')}
          <input name="reason" maxLength={REASON_LENGTH} />
        </label>
        <button type="submit" disabled={silence.isPending} aria-label={`${say('silence.do')}: ${what}`}>
          {say('silence.do')}
        </button>
        {silence.error !== null && <Trouble error={silence.error} />}
      </form>
    </details>
  )
}

function Silences({ silences }: Pick<AlertList, 'silences'>) {
  const say = useWords(HEALTH_WORDS)
  const { format } = useReader()
  const heading = useId()
  const nameOf = usePipelineName()
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>{say('silence.title')}</h3>
      <ul className="states">
        {silences.map(({ of, until, reason }) => (
          <li key={of}>
            <strong>{of === 'all' ? say('silence.all') : nameOf(of)}</strong>{' '}
            {until === null
              ? say('silence.untilItIsOver')
              : say('silence.until', { when: format.moment(until) })}
            {reason !== '' && ` – ${reason}`}{' '}
            <ChangeButton
              label={say('silence.end')}
              about={of}
              done=""
              address="/api/silences/end"
              body={{ of }}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
