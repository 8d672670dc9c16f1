/** A coin: what is expected of its price, its hours with their indicators, and how past forecasts did. */
import type { Coins } from '../../../api/crypto-forecast/coins.ts'
import { useApi } from '../../api.ts'
import { Choice } from '../../blocks/choice.tsx'
import { OptionButtons } from '../../blocks/option-buttons.tsx'
import { Panel } from '../../blocks/panel.tsx'
import { useView } from '../../view.ts'
import { CoinView } from './coin-view.tsx'
import { cryptoView, DAYS, type Coin } from './view.ts'
import { useCryptoWords } from './words/index.ts'
import './style.css'

export default function CryptoPage() {
  const say = useCryptoWords()
  const [view, change] = useView(cryptoView)
  const list = useApi<Coins>('/api/crypto-forecast/coins')
  const coins = list.data?.coins ?? []
  const coin = coins.find(({ id }) => id === view.coin) ?? coins[0]
  return (
    <>
      <h1>{say('title')}</h1>
      {coin === undefined ? (
        <Panel title={say('coins')} query={list} isEmpty={() => true} empty={say('coins.none')}>
          {() => null}
        </Panel>
      ) : (
        <>
          <div className="choice-bar">
            <Choice
              label={say('coin')}
              options={coins.map((one) => [one.id, nameOf(one)])}
              value={coin.id}
              choose={(id) => {
                change({ coin: id })
              }}
            />
            <OptionButtons
              label={say('days')}
              options={DAYS.map((days) => [days, say('days.n', { n: Number(days) })] as const)}
              value={view.days}
              choose={(days) => {
                change({ days })
              }}
            />
          </div>
          <CoinView key={coin.id} coin={coin} days={Number(view.days)} />
        </>
      )}
    </>
  )
}

const nameOf = ({ id, code }: Coin) => (code === null ? id : `${id} (${code})`)
