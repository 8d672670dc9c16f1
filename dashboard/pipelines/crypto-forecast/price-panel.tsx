/** Candles with Bollinger bands and the forecasts ahead of them, and the volume. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Panel } from '../../blocks/panel.tsx'
import { Chart } from '../../chart/chart.tsx'
import type { Origin } from '../../chart/origin.ts'
import { useReader } from '../../preferences.tsx'
import { candlesOf, closesOf, forecastLine, lineOf, missingHours, type Forecast, type Hour } from './hours.ts'
import { useCryptoWords } from './words/index.ts'

interface PricePanelProps {
  query: UseQueryResult<Hour[]>
  forecasts: readonly Forecast[]
  unit: string
  /** Unit of the volume. */
  quote: string
  origin: Origin
}

export function PricePanel({ query, forecasts, unit, quote, origin }: PricePanelProps) {
  const say = useCryptoWords()
  return (
    <Panel title={say('price')} query={query} isEmpty={(hours) => hours.length === 0} empty={say('now.none')}>
      {(hours) => <Price hours={hours} forecasts={forecasts} unit={unit} quote={quote} origin={origin} />}
    </Panel>
  )
}

function Price({
  hours,
  forecasts,
  unit,
  quote,
  origin,
}: Omit<PricePanelProps, 'query'> & { hours: Hour[] }) {
  const say = useCryptoWords()
  const { language } = useReader()
  const missing = missingHours(hours)
  const candlesticks = useMemo(() => candlesOf(hours), [hours])
  const key = forecasts.map(({ horizon, target_time }) => horizon + target_time).join()
  const lines = useMemo(
    () => [
      lineOf(hours, 'upper_band', say('bollinger.upper')),
      lineOf(hours, 'sma', say('bollinger.middle')),
      lineOf(hours, 'lower_band', say('bollinger.lower')),
      ...forecasts.map((forecast) =>
        forecastLine(forecast, say('forecast.line', { horizon: forecast.horizon })),
      ),
      ...closesOf(hours, say('price.closeOnly')),
    ],
    // The words change with the language, the forecasts with their key.
    // oxlint-disable-next-line react/exhaustive-deps
    [hours, key, language],
  )
  const volume = useMemo(
    () => [lineOf(hours, 'volume', say('volume'))],
    // oxlint-disable-next-line react/exhaustive-deps
    [hours, language],
  )
  return (
    <>
      {missing > 0 && <p className="soft">{say('price.gaps', { n: missing })}</p>}
      <Chart title={say('price')} unit={unit} lines={lines} candlesticks={candlesticks} origin={origin} />
      <h3>{say('volume')}</h3>
      <Chart title={say('volume')} unit={quote} lines={volume} kind="bars" origin={origin} />
    </>
  )
}
