/** crypto-forecast: what it tracks, when it runs, which parameters its runs take. */
import * as z from 'zod'
import { pairCurrency, QUOTES, tradingPair } from '../core/crypto-forecast/trading-pair.ts'
import { HOUR_MS, MINUTE_MS } from '../core/durations.ts'
import { address, backfillParams, definePipeline, ENABLED, recompute, runParams } from './definition.ts'

// Letters of any alphabet: Binance trades 币安人生USDT. An id is part of a file's name, so nothing that means a folder.
const coinSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,99}$/u, 'expected a CoinGecko id such as bitcoin')
    .describe('Id on CoinGecko, such as `bitcoin`; the value of `crypto` in every table'),
  code: z
    .string()
    .regex(/^[\p{L}\p{N}._$+-]{1,40}$/u, 'expected a ticker symbol such as BTC')
    .describe('Ticker symbol, such as `BTC`'),
  symbol: z
    .string()
    .regex(/^[\p{Lu}\p{Lo}\p{N}._-]{2,50}$/u, 'expected a trading pair such as BTCUSDT')
    .optional()
    .describe(
      'Trading pair on Binance, which also decides the currency of all prices of the coin. Default: `code` in capitals against USDT, such as `BTCUSDT`',
    ),
})

const DEFAULT_COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
  { id: 'binancecoin', code: 'BNB' },
]

const section = z.strictObject({
  enabled: z.boolean().default(true).describe(ENABLED),
  coins: z
    .array(coinSchema)
    .min(1)
    .superRefine(eachCoinOnce)
    .superRefine(eachInKnownCurrency)
    .default(DEFAULT_COINS)
    .describe('Coins to follow, each once'),
  // The exchange returns a thousand candles a request. With less than two months, 30 days of warm-up leave too few hours
  // to train the forecast of a day.
  history_days: z
    .int()
    .min(60)
    .max(3650)
    .default(730)
    .describe('Hourly candles are kept complete from this many days ago until now'),
  csv_days: z.int().min(1).max(3650).default(30).describe('Days in `data/{coin}_features.csv`'),
  coingecko_delay_seconds: z
    .number()
    .min(0)
    .max(60)
    .default(6)
    .describe(
      'Pause between two requests to CoinGecko, in seconds; without a key it allows about ten a minute',
    ),
  binance_urls: z
    .array(address)
    .min(1)
    .default([
      'https://api.binance.com',
      'https://data-api.binance.vision',
      'https://api1.binance.com',
      'https://api-gcp.binance.com',
    ])
    .describe('Base addresses of the Binance API; if one blocks this machine the next is tried'),
  coingecko_url: address
    .default('https://api.coingecko.com/api/v3')
    .describe('Base address of the CoinGecko API; with a paid key https://pro-api.coingecko.com/api/v3'),
  fear_greed_url: address
    .default('https://api.alternative.me')
    .describe('Base address of the Fear & Greed index'),
})

/** An exchange closes its candle within seconds of the hour; the documented ten minutes leave room for late ones. */
const MINUTES_PAST_THE_HOUR = 10

export const cryptoForecast = definePipeline({
  id: 'crypto-forecast',
  summary:
    'Hourly candles from Binance and CoinGecko and the Fear & Greed index, indicators and features, a forecast per coin, and later whether it was right',
  workflow: 'cryptoForecastWorkflow',
  params: z.strictObject({ ...runParams, ...recompute, ...backfillParams }),
  section,
  variables: {
    COINGECKO_API_KEY: z.string().optional().describe('Key of the CoinGecko API; optional'),
    TEXTFILE_DIR: z
      .string()
      .optional()
      .describe(
        "Folder of the node exporter's textfile collector, for cryptobot_cron.prom. Default: DATA_DIR",
      ),
    MLFLOW_TRACKING_URI: address.optional().describe('MLflow tracking server that models are reported to'),
    MLFLOW_TRACKING_TOKEN: z.string().optional().describe('Token of that server, if it requires one'),
    MODEL_SERVING_URL: address
      .optional()
      .describe('MLflow scoring server that makes forecasts instead of the built-in model'),
  },
  addressVariables: {
    BINANCE_URLS: 'binance_urls',
    COINGECKO_URL: 'coingecko_url',
    FEAR_GREED_URL: 'fear_greed_url',
  },
  timing: () => ({
    everyMs: HOUR_MS,
    offsetMs: MINUTES_PAST_THE_HOUR * MINUTE_MS,
    // Candles carry their own time, and an earlier forecast is worth more.
    jitterMs: 0,
    catchupMs: HOUR_MS * 0.9,
  }),
  databaseRetryBudgetMs: MINUTE_MS,
  demo: {
    section: (simulator) => ({
      history_days: 365,
      coingecko_delay_seconds: 0,
      binance_urls: [`${simulator}/binance`],
      coingecko_url: `${simulator}/coingecko/api/v3`,
      fear_greed_url: `${simulator}/fear-greed`,
    }),
  },
})

function eachCoinOnce(coins: { id: string; code: string }[], context: z.RefinementCtx): void {
  for (const field of ['id', 'code'] as const) {
    coins.forEach((coin, index) => {
      if (coins.findIndex((other) => other[field] === coin[field]) === index) return
      const at = { path: [index, field], input: coin[field] }
      context.addIssue({ code: 'custom', ...at, message: 'expected each coin once' })
    })
  }
}

/** Both sources have to tell a coin's price in one currency. */
function eachInKnownCurrency(
  coins: { code: string; symbol?: string | undefined }[],
  context: z.RefinementCtx,
) {
  coins.forEach((coin, index) => {
    if (pairCurrency(coin) !== undefined) return
    const message = `CoinGecko has no prices in the currency of ${tradingPair(coin)}; expected a pair against one of: ${QUOTES.join(', ')}`
    context.addIssue({ code: 'custom', path: [index, 'symbol'], input: coin.symbol, message })
  })
}
