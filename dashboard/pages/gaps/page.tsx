/** Gaps: calendars of what is expected and present, and collecting what is missing. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { Gaps } from '../../../api/gaps/gaps-schema.ts'
import { useApi } from '../../api.ts'
import { useNow } from '../../blocks/now.ts'
import { OptionButtons } from '../../blocks/option-buttons.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { firstDayBefore } from '../../period.ts'
import { usePipelineName } from '../../pipelines/name.ts'
import { useWords } from '../../preferences.tsx'
import { useView } from '../../view.ts'
import { FillPanel } from './fill-panel.tsx'
import { LineCalendar } from './line-calendar.tsx'
import { DAY_STATES } from './months.ts'
import { gapsView, PERIODS, type ChangeView } from './view.ts'
import { GAP_WORDS } from './words/index.ts'

export default function GapsPage() {
  const say = useWords(GAP_WORDS)
  const [view, change] = useView(gapsView)
  const query = useApi<Gaps>('/api/gaps', { from: firstDayBefore(Number(view.days), useNow()) })
  const { data } = query
  const filled = data?.pipelines.find(({ pipeline, backfill }) => pipeline === view.fill && backfill !== null)
  return (
    <>
      <h1>{say('title')}</h1>
      <p className="intro">{say('intro')}</p>
      <OptionButtons
        label={say('period')}
        options={PERIODS.map((days) => [
          days,
          days === '365' ? say('period.year') : say('period.days', { n: Number(days) }),
        ])}
        value={view.days}
        choose={(days) => {
          change({ days })
        }}
      />
      {data === undefined && (
        <Panel title={say('calendars')} query={query}>
          {() => null}
        </Panel>
      )}
      {data !== undefined && <Signs />}
      {filled && <FillPanel key={filled.pipeline} gaps={filled} view={view} change={change} />}
      {data?.pipelines.map(({ pipeline }) => (
        <PipelinePanel key={pipeline} pipeline={pipeline} query={query} change={change} />
      ))}
    </>
  )
}

/** What the signs of the days mean. */
function Signs() {
  const say = useWords(GAP_WORDS)
  return (
    <ul className="signs" aria-label={say('key.title')}>
      {DAY_STATES.map((state) => (
        <li key={state}>
          <i className={`day ${state}`} aria-hidden="true">
            1
          </i>{' '}
          {say(`state.${state}`)}
        </li>
      ))}
    </ul>
  )
}

interface PipelinePanelProps {
  pipeline: string
  query: UseQueryResult<Gaps>
  change: ChangeView
}

function PipelinePanel({ pipeline, query, change }: PipelinePanelProps) {
  const say = useWords(GAP_WORDS)
  const nameOf = usePipelineName()
  const name = nameOf(pipeline)
  const fill = (from: string, to: string | undefined) => {
    change({ fill: pipeline, from, to, run: undefined })
    scrollTo({ top: 0 })
  }
  return (
    <Panel title={name} query={query}>
      {({ pipelines, from, to }) => {
        const found = pipelines.find((one) => one.pipeline === pipeline)
        if (found === undefined) return null
        const { enabled, backfill, no_backfill, calendars } = found
        const lines = calendars.flatMap((calendar) => calendar.lines.map((line) => ({ calendar, line })))
        return (
          <>
            {!enabled && <p className="stale">{say('off')}</p>}
            {no_backfill !== null && (
              <p className="soft">
                {say('noBackfill')} {no_backfill}
              </p>
            )}
            {backfill !== null && (
              <button
                type="button"
                onClick={() => {
                  fill(from, undefined)
                }}
              >
                {say('fill.open')}
              </button>
            )}
            {lines.length === 0 && <p>{say('nothingExpected')}</p>}
            {lines.map(({ calendar, line }) => (
              <LineCalendar
                key={`${calendar.data_set} ${line.line}`}
                calendar={calendar}
                line={line}
                days={{ from, to }}
                {...(calendar.collected_by === 'backfill' && { fill })}
              />
            ))}
          </>
        )
      }}
    </Panel>
  )
}
