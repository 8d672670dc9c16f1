/** How stored responses of crypto-forecast are read again. */
import { tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import type { Sections } from '../../pipelines/index.ts'
import { parseKlines } from '../../upstreams/binance/binance.ts'
import { parseFearGreed } from '../../upstreams/fear-greed.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayedSource } from '../replay.ts'
import { candleRows } from './binance-candles.ts'

type Settings = Sections['crypto-forecast']

const NOTHING = { rows: {}, rejected: [] }

/** Pages of candles; a spot price is compared with another of its minute, and stored in no row of its own. */
const binance: ReplayedSource<Settings> = {
  read: ({ settings }, payloads) => {
    const [payload] = payloads
    if (payload === undefined || !payload.url.includes('/klines')) return NOTHING
    const symbol = new URL(payload.url).searchParams.get('symbol') ?? ''
    const coin = settings.coins.find((one) => tradingPair(one) === symbol)
    if (coin === undefined) return reason('replay-coin-unlisted', { symbol })
    const { rows, rejected } = parseKlines(payload.body, payload.observedAt.getTime())
    return { rows: { candles: candleRows(coin.id, rows) }, rejected }
  },
  rowsOf: (body) => JSON.parse(body) as unknown[],
  // A candle does not say of which coin it is.
  responseOf: () => undefined,
}

const fearGreed: ReplayedSource<Settings> = {
  read: (_, payloads) => {
    const [payload] = payloads
    if (payload === undefined) return NOTHING
    const { days, rejected } = parseFearGreed(payload.body)
    return { rows: { fear_greed_index: days }, rejected }
  },
  rowsOf: (body) => (JSON.parse(body) as { data: unknown[] }).data,
  responseOf: (row) => ({ url: '', body: JSON.stringify({ data: [row] }) }),
}

export const replay: Replay<Settings> = {
  binance,
  'fear-greed': fearGreed,
  coingecko: reason('replay-hours-unknown'),
}
