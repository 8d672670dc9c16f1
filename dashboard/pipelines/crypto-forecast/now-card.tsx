/** The newest price, and how old it is. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Age } from '../../blocks/age.tsx'
import { useNow } from '../../blocks/now.ts'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import { HOUR_MS, type NewestHour } from './hours.ts'
import { priceIn } from './price.ts'
import { useCryptoWords } from './words/index.ts'

/** A run an hour collects the hour before: older prices than this mean that one did not. */
const LATE_HOURS = 3

/** As the sources write themselves. */
const SOURCES: Partial<Record<string, string>> = { binance: 'Binance', coingecko: 'CoinGecko' }

export function NowCard({ query, unit }: { query: UseQueryResult<NewestHour[]>; unit: string }) {
  const say = useCryptoWords()
  return (
    <Panel title={say('now')} query={query} isEmpty={(rows) => rows.length === 0} empty={say('now.none')}>
      {([hour]) => hour && <Newest hour={hour} unit={unit} />}
    </Panel>
  )
}

function Newest({
  hour: { timestamp, price, change_percent, source },
  unit,
}: {
  hour: NewestHour
  unit: string
}) {
  const say = useCryptoWords()
  const { format } = useReader()
  const end = Date.parse(timestamp) + HOUR_MS
  const isLate = useNow() - end > LATE_HOURS * HOUR_MS
  return (
    <>
      <p className="figure">
        {priceIn(format.locale, price)} {unit}
      </p>
      {change_percent !== null && (
        <p>{say('now.change', { change: percentIn(format.locale, change_percent) })}</p>
      )}
      <p className={isLate ? 'stale' : 'soft'}>
        {say(isLate ? 'now.late' : 'now.age')} <Age at={end} /> ({SOURCES[source] ?? source})
      </p>
    </>
  )
}

/** `+1.25 %`, from percent. */
export const percentIn = (locale: string, percent: number) =>
  new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  }).format(percent / 100)
