/** How past forecasts did against the naive one, in words first: of each model, by horizon. */
import type { Scoreboard } from '../../../api/crypto-forecast/coins.ts'
import { useApi } from '../../api.ts'
import { Panel } from '../../blocks/panel.tsx'
import { useReader } from '../../preferences.tsx'
import { useCryptoWords } from './words/index.ts'

type ForecastRecord = Scoreboard['records'][number]

export function ScoreboardPanel({ crypto, unit }: { crypto: string; unit: string }) {
  const say = useCryptoWords()
  const query = useApi<Scoreboard>('/api/crypto-forecast/scoreboard', { crypto })
  return (
    <Panel
      title={say('scoreboard')}
      query={query}
      isEmpty={({ records }) => records.length === 0}
      empty={say('forecast.none')}
    >
      {({ records }) => (
        <>
          <p className="soft">{say('scoreboard.help')}</p>
          <div className="records">
            {modelsOf(records).map((ofModel) => (
              <Model key={ofModel[0].model_version} records={ofModel} unit={unit} />
            ))}
          </div>
        </>
      )}
    </Panel>
  )
}

type OfModel = [ForecastRecord, ...ForecastRecord[]]

/** The records of each model; models that forecast here come first. */
function modelsOf(records: readonly ForecastRecord[]): OfModel[] {
  const models = new Map<string, OfModel>()
  for (const record of records) {
    const others = models.get(record.model_version)
    if (others === undefined) models.set(record.model_version, [record])
    else others.push(record)
  }
  const isElsewhere = ([{ imported_from }]: OfModel) => Number(imported_from !== null)
  return [...models.values()].sort((a, b) => isElsewhere(a) - isElsewhere(b))
}

function Model({ records, unit }: { records: OfModel; unit: string }) {
  const say = useCryptoWords()
  const [{ model_version, imported_from }] = records
  return (
    <section className="record">
      <h3>{say('scoreboard.model', { model: imported_from ?? model_version })}</h3>
      <p className="soft">{say(imported_from === null ? 'scoreboard.here' : 'scoreboard.imported')}</p>
      {records.map((record) => (
        <Verdict key={record.horizon} record={record} unit={unit} />
      ))}
      {imported_from === null && records.some(({ skill_code }) => skill_code === 'too-few') && (
        <p className="soft">{say('scoreboard.backtest')}</p>
      )}
    </section>
  )
}

function Verdict({ record, unit }: { record: ForecastRecord; unit: string }) {
  const say = useCryptoWords()
  const { format } = useReader()
  const { horizon, scored, needed, mae, naive_mae, moved, hits, intervals, held } = record
  const share = (part: number, of: number) =>
    new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 }).format(part / of)
  const rounded = (value: number) =>
    new Intl.NumberFormat(format.locale, { maximumSignificantDigits: 4 }).format(value)
  return (
    <>
      <h4>{say(horizon === '1h' ? 'scoreboard.1h' : 'scoreboard.24h')}</h4>
      <p>
        <strong>{say(`skill.${record.skill_code}`, { n: scored, needed })}</strong>
      </p>
      <ul>
        {mae !== null && naive_mae !== null && (
          <li>
            {say('scoreboard.errors', { mae: rounded(mae), naive: rounded(naive_mae), unit, n: scored })}
          </li>
        )}
        {moved > 0 && <li>{say('scoreboard.direction', { share: share(hits, moved), n: moved })}</li>}
        {intervals > 0 && (
          <li>
            {say('scoreboard.interval', { share: share(held, intervals), n: intervals })}{' '}
            {say(`interval.${record.interval_code}`)}
          </li>
        )}
      </ul>
    </>
  )
}
