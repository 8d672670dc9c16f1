/** RSI, MACD, ADX and StochRSI, each with the levels that its readers look for. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import type { Origin } from '../../chart/origin.ts'
import type { Line } from '../../chart/series.ts'
import { useReader } from '../../preferences.tsx'
import { lineOf, type Hour } from './hours.ts'
import { useCryptoWords, type CryptoKey } from './words/index.ts'

/** Oscillators go from 0 to 100. */
const RANGE = [0, 100] as const

interface Oscillator {
  column: 'rsi' | 'adx' | 'stoch_rsi'
  title: CryptoKey
  help: CryptoKey
  levels: readonly number[]
}

const OSCILLATORS: readonly Oscillator[] = [
  { column: 'rsi', title: 'rsi', help: 'rsi.help', levels: [30, 70] },
  { column: 'adx', title: 'adx', help: 'adx.help', levels: [25] },
  { column: 'stoch_rsi', title: 'stochRsi', help: 'stochRsi.help', levels: [20, 80] },
]

interface IndicatorsProps {
  query: UseQueryResult<Hour[]>
  unit: string
  origin: Origin
}

export function Indicators({ query, unit, origin }: IndicatorsProps) {
  const say = useCryptoWords()
  const isEmpty = (hours: Hour[]) => hours.length === 0
  return (
    <div className="wide-cards">
      <Panel title={say('macd')} query={query} isEmpty={isEmpty} empty={say('now.none')}>
        {(hours) => <Macd hours={hours} unit={unit} origin={origin} />}
      </Panel>
      {OSCILLATORS.map((one) => (
        <Panel
          key={one.column}
          title={say(one.title)}
          query={query}
          isEmpty={isEmpty}
          empty={say('now.none')}
        >
          {(hours) => <Drawn hours={hours} origin={origin} {...one} />}
        </Panel>
      ))}
    </div>
  )
}

function Macd({ hours, unit, origin }: { hours: Hour[]; unit: string; origin: Origin }) {
  const say = useCryptoWords()
  const { language } = useReader()
  const lines = useMemo(
    (): Line[] => [
      lineOf(hours, 'macd', say('macd')),
      lineOf(hours, 'macd_signal', say('macd.signal')),
      { ...lineOf(hours, 'macd_histogram', say('macd.histogram')), isBars: true },
    ],
    // The words change with the language alone.
    // oxlint-disable-next-line react/exhaustive-deps
    [hours, language],
  )
  return (
    <>
      <p className="soft">{say('macd.help')}</p>
      <Chart title={say('macd')} unit={unit} lines={lines} origin={origin} />
    </>
  )
}

function Drawn({
  hours,
  origin,
  column,
  title,
  help,
  levels,
}: Oscillator & { hours: Hour[]; origin: Origin }) {
  const say = useCryptoWords()
  const name = say(title)
  const lines = useMemo(() => [lineOf(hours, column, name)], [hours, column, name])
  return (
    <>
      <p className="soft">{say(help)}</p>
      <Chart
        title={name}
        unit={say('hundredths')}
        lines={lines}
        levels={levels}
        range={RANGE}
        origin={origin}
      />
    </>
  )
}
