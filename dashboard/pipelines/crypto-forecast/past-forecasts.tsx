/** The newest forecasts of a coin, each with what became of it. */
import { Link } from '@tanstack/react-router'
import { useAllRows } from '../../all-rows.ts'
import { DataTable, type TableColumn } from '../../blocks/data-table.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import type { Forecast } from './hours.ts'
import { percentIn } from './now-card.tsx'
import { DATA } from './view.ts'
import { priceIn } from './price.ts'
import { useCryptoWords } from './words/index.ts'

/** Two days of forecasts. */
const NEWEST_FORECASTS = 96

export function PastForecasts({ crypto, unit }: { crypto: string; unit: string }) {
  const say = useCryptoWords()
  const query = useAllRows<Forecast>(`${DATA}/predictions`, { crypto }, { most: NEWEST_FORECASTS })
  const columns = useColumns(unit)
  const all = (
    <Link to="/data" search={{ set: 'crypto-forecast/predictions', 'f.crypto': crypto }}>
      {say('past.all')}
    </Link>
  )
  return (
    <Panel
      title={say('past')}
      query={query}
      actions={all}
      isEmpty={(rows) => rows.length === 0}
      empty={say('forecast.none')}
    >
      {(rows) => (
        <DataTable
          caption={say('past')}
          columns={columns}
          rows={rows}
          rowKey={({ target_time, horizon, model_version }) => [target_time, horizon, model_version].join()}
          pageRows={12}
        />
      )}
    </Panel>
  )
}

function useColumns(unit: string): TableColumn<Forecast>[] {
  const say = useCryptoWords()
  const { format } = useReader()
  const price = (
    key: 'last_price' | 'predicted_price' | 'actual_price',
    title: string,
  ): TableColumn<Forecast> => ({
    key,
    title: `${title} (${unit})`,
    isNumber: true,
    value: (row) => row[key],
    render: (row) => {
      const found = row[key]
      return found === null ? '–' : priceIn(format.locale, found)
    },
  })
  const winner = ({ error, naive_error }: Forecast) => {
    if (error === null || naive_error === null) return say('past.waiting')
    const gain = Math.abs(naive_error) - Math.abs(error)
    return say(gain > 0 ? 'past.model' : gain < 0 ? 'past.naive' : 'past.equal')
  }
  return [
    {
      key: 'target_time',
      title: `${say('past.due')} (${format.timeZone})`,
      value: ({ target_time }) => target_time,
      render: ({ target_time }) => format.clock(target_time),
    },
    { key: 'horizon', title: say('past.horizon'), value: ({ horizon }) => horizon },
    price('last_price', say('past.then')),
    price('predicted_price', say('past.predicted')),
    price('actual_price', say('past.actual')),
    {
      key: 'error',
      title: say('past.off'),
      isNumber: true,
      value: ({ error, actual_price }) =>
        error === null || actual_price === null ? null : error / actual_price,
      render: ({ error, actual_price }) =>
        error === null || actual_price === null
          ? '–'
          : percentIn(format.locale, (100 * error) / actual_price),
    },
    { key: 'winner', title: say('past.closer'), value: winner },
    { key: 'model_version', title: say('past.by'), value: ({ model_version }) => model_version },
  ]
}
