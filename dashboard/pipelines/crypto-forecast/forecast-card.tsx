/** The newest forecast of a horizon: price, interval, and the decision in words. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Age } from '../../blocks/age.tsx'
import { useNow } from '../../blocks/now.ts'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import { changeOf, type Forecast } from './hours.ts'
import { percentIn } from './now-card.tsx'
import { priceIn } from './price.ts'
import { useCryptoWords } from './words/index.ts'

interface ForecastCardProps {
  horizon: '1h' | '24h'
  query: UseQueryResult<Forecast[]>
  unit: string
}

export function ForecastCard({ horizon, query, unit }: ForecastCardProps) {
  const say = useCryptoWords()
  return (
    <Panel
      title={say(`forecast.${horizon}`)}
      query={query}
      isEmpty={(rows) => rows.length === 0}
      empty={say('forecast.none')}
    >
      {([forecast]) => forecast && <Expected forecast={forecast} unit={unit} />}
    </Panel>
  )
}

function Expected({ forecast, unit }: { forecast: Forecast; unit: string }) {
  const say = useCryptoWords()
  const { format } = useReader()
  const { predicted_price, lower, upper, decision, made_at, target_time, model_version } = forecast
  const isPast = Date.parse(target_time) <= useNow()
  const change = percentIn(format.locale, changeOf(forecast))
  return (
    <>
      <p className="figure">
        {priceIn(format.locale, predicted_price)} {unit}
      </p>
      <p>
        {lower === null || upper === null
          ? say('forecast.noInterval')
          : say('forecast.interval', {
              lower: priceIn(format.locale, lower),
              upper: priceIn(format.locale, upper),
              unit,
            })}
      </p>
      {isPast ? (
        <p className="stale">{say('forecast.past')}</p>
      ) : (
        <p>
          <strong className={`decision ${decision.toLowerCase()}`}>{say(`decision.${decision}`)}</strong>{' '}
          {say(`decision.${decision}.why`, { change })}
        </p>
      )}
      <p className="soft">
        {say('forecast.due')} {format.moment(target_time)}. {say('forecast.made', { model: model_version })}{' '}
        <Age at={made_at} />. {say('forecast.advice')}
      </p>
    </>
  )
}
