/** The calendar of one line: its months, and what is missing. */
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { Gaps } from '../../../api/gaps/gaps-schema.ts'
import { useReader, useWords } from '../../preferences.tsx'
import { monthsOf, sumsOf, type Line, type Month, type MonthDay } from './months.ts'
import { GAP_WORDS } from './words/index.ts'

type Calendar = Gaps['pipelines'][number]['calendars'][number]

interface LineCalendarProps {
  calendar: Calendar
  line: Line
  days: { from: string; to: string }
  /** Opens the backfill of this time; absent if the past cannot be collected. */
  fill?: (from: string, to: string | undefined) => void
}

/** A line in which nothing is missing is closed: what is wrong is seen first. */
export function LineCalendar({ calendar, line, days, fill }: LineCalendarProps) {
  const say = useWords(GAP_WORDS)
  const summary = useSummary(calendar, line)
  const set = calendar.address.replace('/api/data/', '')
  return (
    <details className="gap-line" open={line.missing_intervals > 0}>
      <summary>
        <strong>{line.line === '' ? calendar.data_set : line.line}</strong>{' '}
        {line.line !== '' && <span className="soft">{calendar.data_set}</span>} <span>{summary}</span>
      </summary>
      {line.missing.length > 0 && <Missing calendar={calendar} line={line} {...(fill && { fill })} />}
      {line.days.length > 0 && (
        <div className="months">
          {monthsOf(line.days, days.from, days.to).map((month) => (
            <MonthGrid key={month.first} month={month} />
          ))}
        </div>
      )}
      <p>
        <Link
          to="/data"
          search={{
            set,
            ...(calendar.by !== null && { [`f.${calendar.by}`]: line.line }),
          }}
        >
          {say('line.rows', { set: calendar.data_set })}
        </Link>
      </p>
    </details>
  )
}

/** How the line stands, in a sentence. */
function useSummary({ every, per_interval }: Calendar, line: Line): string {
  const say = useWords(GAP_WORDS)
  const { format } = useReader()
  if (line.since === null) return say('line.new')
  const { expected, present, excused } = sumsOf(line)
  if (expected === 0 && excused === 0) return say('line.none')
  const known = excused === 0 ? '' : say('line.excused', { n: excused })
  if (per_interval > 1) {
    // Rounded down: a hundred percent is everything.
    const percent = expected === 0 ? 100 : Math.floor((present / expected) * 100)
    return say('line.counted', { percent, of: expected }) + known
  }
  const missing = expected - present
  const sentence =
    missing === 0
      ? say(`line.whole.${every}`, { n: expected })
      : say(`line.missing.${every}`, { n: missing, of: format.number(expected) })
  return sentence + known
}

function MonthGrid({ month: { first, skipped, days } }: { month: Month }) {
  const { format } = useReader()
  const title = new Intl.DateTimeFormat(format.locale, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(first))
  return (
    <div className="month">
      <h3>{title}</h3>
      <ol aria-label={title}>
        {Array.from({ length: skipped }, (_, at) => (
          <li key={at} aria-hidden="true" />
        ))}
        {days.map((day) => (
          <DayCell key={day.day} day={day} />
        ))}
      </ol>
    </div>
  )
}

function DayCell({ day: { day, state, counts } }: { day: MonthDay }) {
  const say = useWords(GAP_WORDS)
  const { format } = useReader()
  const named = { day: format.day(day), state: say(`state.${state}`) }
  const text = counts === undefined ? say('day.none', named) : say('day.counts', { ...counts, ...named })
  return (
    <li className={`day ${state}`} title={text}>
      <span aria-hidden="true">{Number(day.slice(8))}</span>
      <span className="unseen">{text}</span>
    </li>
  )
}

/** Gaps that are listed: a person reads no more, and a backfill takes all of them at once. */
const SHOWN_GAPS = 8

function Missing({ calendar: { every }, line, fill }: Omit<LineCalendarProps, 'days'>) {
  const say = useWords(GAP_WORDS)
  const { format } = useReader()
  const length = every === 'hour' ? 'missing.hours' : 'missing.days'
  const spanOf = (from: string, to: string) => {
    if (every === 'hour') return say('missing.span', { from: format.moment(from), to: format.moment(to) })
    const last = new Date(Date.parse(to) - 1).toISOString()
    return from.slice(0, 10) === last.slice(0, 10)
      ? format.day(from)
      : say('missing.span', { from: format.day(from), to: format.day(last) })
  }
  return (
    <>
      <h3>{say('missing.title')}</h3>
      {line.missing.length > SHOWN_GAPS && (
        <p className="soft">{say('missing.more', { shown: SHOWN_GAPS })}</p>
      )}
      <ul className="gap-list">
        {line.missing.slice(0, SHOWN_GAPS).map(({ from, to, intervals }) => (
          <li key={from}>
            {spanOf(from, to)} ({say(length, { n: intervals })})
            {fill && (
              <Fragment>
                {' '}
                <button
                  type="button"
                  aria-label={`${say('missing.collect')}: ${spanOf(from, to)}`}
                  onClick={() => {
                    fill(from, new Date(Date.parse(to) - 1).toISOString())
                  }}
                >
                  {say('missing.collect')}
                </button>
              </Fragment>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
