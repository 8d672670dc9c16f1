/** The Fear & Greed index: where it stands today, and where it stood. */
import { useMemo } from 'react'
import { useAllRows } from '../../all-rows.ts'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import { withGaps, type Point } from '../../chart/series.ts'
import { useReader } from '../../preferences.tsx'
import { DATA } from './view.ts'
import { useCryptoWords, type CryptoKey } from './words/index.ts'

interface Day {
  date: string
  value: number
  classification: string
}

const DAY_MS = 86_400_000
/** The index moves slowly: fewer days than this show nothing. */
const FEWEST_DAYS = 30
/** Where one band ends and the next begins. */
const BANDS = [25, 50, 75] as const
const RANGE = [0, 100] as const

/** The words of the source that are known. */
const CLASSES: Partial<Record<string, CryptoKey>> = {
  'Extreme Fear': 'fear.extreme',
  Fear: 'fear',
  Neutral: 'neutral',
  Greed: 'greed',
  'Extreme Greed': 'greed.extreme',
}

export function FearGreed({ days }: { days: number }) {
  const say = useCryptoWords()
  const query = useAllRows<Day>(
    `${DATA}/fear-greed`,
    {},
    { most: Math.max(days, FEWEST_DAYS), keepsOld: true },
  )
  return (
    <Panel
      title={say('fearGreed')}
      query={query}
      isEmpty={(rows) => rows.length === 0}
      empty={say('fearGreed.none')}
    >
      {(rows) => (
        <>
          {rows[0] && <Gauge day={rows[0]} />}
          <History rows={rows} />
        </>
      )}
    </Panel>
  )
}

function Gauge({ day: { date, value, classification } }: { day: Day }) {
  const say = useCryptoWords()
  const { format } = useReader()
  const known = CLASSES[classification]
  const word = known === undefined ? classification : say(known)
  return (
    <div className="gauge">
      <p>
        <strong className="figure">{format.number(value)}</strong> {word}{' '}
        <span className="soft">{say('fearGreed.day', { day: format.day(date) })}</span>
      </p>
      <svg viewBox="0 0 100 9" role="img" aria-label={say('fearGreed.label', { value, word })}>
        {[0, ...BANDS].map((from) => (
          <rect key={from} className={`band-${from}`} x={from + 0.25} y="0" width="24.5" height="4" rx="1" />
        ))}
        <path className="needle" d={`M${value} 3 l2.2 5 h-4.4 z`} />
      </svg>
      <p className="scale soft">
        <span>0 · {say('fear.extreme')}</span>
        <span>{say('greed.extreme')} · 100</span>
      </p>
    </div>
  )
}

function History({ rows }: { rows: readonly Day[] }) {
  const say = useCryptoWords()
  const name = say('fearGreed')
  const lines = useMemo(
    () => [
      {
        name,
        points: withGaps(
          rows.map(({ date, value }): Point => [Date.parse(date), value]),
          DAY_MS,
        ),
      },
    ],
    [rows, name],
  )
  return (
    <Chart
      title={name}
      unit={say('hundredths')}
      lines={lines}
      levels={BANDS}
      range={RANGE}
      isDaily
      origin={{ set: 'crypto-forecast/fear-greed' }}
    />
  )
}
