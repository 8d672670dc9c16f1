/** How stored responses of crypto-forecast are read again. */
import { almanacCommand } from '../../core/command-name.ts'
import { currencyOf, tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import type { Sections } from '../../pipelines/index.ts'
import { parseKlines } from '../../upstreams/binance/binance.ts'
import { chartAsked, marketChartRows, parseMarketChart } from '../../upstreams/coingecko.ts'
import { parseFearGreed } from '../../upstreams/fear-greed.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayedSource } from '../replay.ts'
import { candleRows, wantedHours } from './binance-candles.ts'
import { pricesWithin } from './coingecko-prices.ts'

type Settings = Sections['crypto-forecast']

const NOTHING_READ = { rows: {}, rejected: [], came: [] }

/** Pages of candles, none of which says of which coin it is; a spot price is compared with another of its minute, and stored in no row of its own. */
const binance: ReplayedSource<Settings> = {
  read: ({ settings }, payloads) => {
    const [payload] = payloads
    if (payload === undefined || !payload.url.includes('/klines')) return NOTHING_READ
    const symbol = new URL(payload.url).searchParams.get('symbol') ?? ''
    const coin = settings.coins.find((one) => tradingPair(one) === symbol)
    if (coin === undefined) return reason('replay-coin-unlisted', { symbol })
    const { rows, rejected } = parseKlines(payload.body, payload.observedAt.getTime())
    const came = JSON.parse(payload.body) as unknown[]
    return { rows: { candles: candleRows(coin.id, rows) }, rejected, came }
  },
}

/** Histories: a run stores all hours of a response that are closed then and kept, whatever made it ask. */
const coingecko: ReplayedSource<Settings> = {
  read: ({ settings }, payloads) => {
    const [payload] = payloads
    const asked = payload === undefined ? undefined : chartAsked(payload.url)
    if (payload === undefined || asked === undefined) return NOTHING_READ
    const coin = settings.coins.find(({ id }) => id === asked.id)
    if (coin === undefined) return reason('replay-id-unlisted', { crypto: asked.id })
    if (currencyOf(coin) !== asked.currency)
      return reason('replay-currency-changed', { ...asked, command: almanacCommand('run crypto-forecast') })
    const { points, rejected } = parseMarketChart(payload.body)
    const hours = wantedHours({ settings, clock: () => payload.observedAt }, undefined)
    const candles = pricesWithin({ ...hours, crypto: coin.id }, points, payload.observedAt.getTime())
    return { rows: { candles }, rejected, came: marketChartRows(payload.body) }
  },
}

const fearGreed: ReplayedSource<Settings> = {
  read: (_, payloads) => {
    const [payload] = payloads
    if (payload === undefined) return NOTHING_READ
    const { days, rejected } = parseFearGreed(payload.body)
    const { data: came } = JSON.parse(payload.body) as { data: unknown[] }
    return { rows: { fear_greed_index: days }, rejected, came }
  },
  responseOf: (row) => ({ url: '', body: JSON.stringify({ data: [row] }) }),
}

export const replay: Replay<Settings> = { binance, coingecko, 'fear-greed': fearGreed }
