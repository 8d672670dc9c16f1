/** All panels of one coin. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { addressOf, getJson } from '../../api.ts'
import { useAllRows } from '../../all-rows.ts'
import { Panel } from '../../blocks/panel.tsx'
import { ForecastCard } from './forecast-card.tsx'
import { FearGreed } from './fear-greed.tsx'
import { HOUR_COLUMNS, HOUR_MS, type Forecast, type Hour, type NewestHour } from './hours.ts'
import { Indicators } from './indicators.tsx'
import { NowCard } from './now-card.tsx'
import { PastForecasts } from './past-forecasts.tsx'
import { PricePanel } from './price-panel.tsx'
import { ScoreboardPanel } from './scoreboard.tsx'
import { DATA, type Coin } from './view.ts'
import { useCryptoWords } from './words/index.ts'

const HORIZONS = ['1h', '24h'] as const
const DAY_HOURS = 24

export function CoinView({ coin, days }: { coin: Coin; days: number }) {
  const say = useCryptoWords()
  const unit = coin.currency ?? say('currency.unknown')
  const newest = useNewest<NewestHour>('indicators', { crypto: coin.id })
  const hourly = useNewest<Forecast>('predictions', { crypto: coin.id, horizon: HORIZONS[0] })
  const daily = useNewest<Forecast>('predictions', { crypto: coin.id, horizon: HORIZONS[1] })
  const last = newest.data?.[0]?.timestamp
  // The last days that are stored, which are not today's if the collection stands still.
  const from = last === undefined ? undefined : Date.parse(last) - (days * DAY_HOURS - 1) * HOUR_MS
  const hours = useAllRows<Hour>(
    `${DATA}/indicators`,
    {
      crypto: coin.id,
      from: from === undefined ? undefined : new Date(from).toISOString(),
      columns: HOUR_COLUMNS,
    },
    { most: days * DAY_HOURS, isWanted: from !== undefined, keepsOld: true },
  )
  // Without a newest hour there is nothing to wait for: there is none, or it cannot be read.
  const shown = last === undefined && !newest.isPending ? newest : hours
  const origin = { set: 'crypto-forecast/indicators', where: { crypto: coin.id } }
  const forecasts = [hourly, daily].flatMap(({ data }) => data?.slice(0, 1) ?? [])
  // Said once: every panel would say the same.
  if (newest.data?.length === 0)
    return (
      <Panel title={say('price')} query={newest} isEmpty={() => true} empty={say('now.none')}>
        {() => null}
      </Panel>
    )
  return (
    <>
      <div className="cards">
        <NowCard query={newest} unit={unit} />
        <ForecastCard horizon="1h" query={hourly} unit={unit} />
        <ForecastCard horizon="24h" query={daily} unit={unit} />
      </div>
      <PricePanel
        query={shown}
        forecasts={forecasts}
        unit={unit}
        quote={coin.quote ?? say('quote.unknown')}
        origin={origin}
      />
      <ScoreboardPanel crypto={coin.id} unit={unit} />
      <Indicators query={shown} unit={unit} origin={origin} />
      <FearGreed days={days} />
      <PastForecasts crypto={coin.id} unit={unit} />
    </>
  )
}

/** The newest row of a data set, in a list that is empty without one. */
function useNewest<Row>(set: string, parameters: Record<string, string>) {
  const address = addressOf(`${DATA}/${set}`, { ...parameters, limit: 1 })
  return useQuery({
    queryKey: [address],
    queryFn: async ({ signal }) => (await getJson<{ rows: Row[] }>(address, signal)).rows,
    placeholderData: keepPreviousData,
  })
}
