/** Data sets of crypto-forecast. */
import { type DataSets, day, filter, integer, moment, number, run, yesNo } from '../data-set.ts'

/** Prices of a coin are in the currency of its trading pair; for the shipped coins that is the dollar. */
const CURRENCY = "coin's currency"
const QUOTE = 'quote asset of the pair'
/** Of oscillators, and of the Fear & Greed index. */
const HUNDREDTHS = 'of 100'

const COIN = filter('Coin, by its id on CoinGecko')
const OF_ROW = {
  observed_at: moment('When the source said it, UTC; of a computed row, when it was computed'),
  run_id: run('Run that wrote the row'),
}

const price = (meaning: string) => number(meaning, CURRENCY)
const level = (percent: string) =>
  price(`Fibonacci level: the lowest close of the last 30 days plus ${percent} % of their range`)
const volumeOf = (days: number) => number(`Mean volume of the hours of the last ${days} days`, QUOTE)
const averageOf = (days: number) => price(`Mean close of the hours of the last ${days} days`)
const sentimentOf = (days: number) =>
  number(`Mean Fear & Greed index of the last ${days} days, today included`, HUNDREDTHS)

export const dataSets = {
  candles: {
    row: 'an hour of a coin, as one source reported it',
    sql: `select "timestamp", crypto, source, open, high, low, close, volume, volume_24h, observed_at, run_id from candles`,
    columns: {
      timestamp: moment('Beginning of the hour, UTC'),
      crypto: COIN,
      source: filter('`binance` or `coingecko`'),
      open: price('First price of the hour; CoinGecko reports none'),
      high: price('Highest price of the hour; CoinGecko reports none'),
      low: price('Lowest price of the hour; CoinGecko reports none'),
      close: price('Last price of the hour'),
      volume: number('Traded on the exchange within the hour; only Binance reports it', QUOTE),
      volume_24h: number(
        'Traded on all markets in the 24 hours before the end of the hour; only CoinGecko reports it',
        CURRENCY,
      ),
      ...OF_ROW,
    },
    time: 'timestamp',
    order: ['timestamp', 'crypto', 'source'],
  },
  indicators: {
    row: 'an hour of a coin, with its indicators and features',
    sql: `select "timestamp", crypto, source, open, high, low, price, volume, change_percent, rsi, rsi_wilder, stoch_rsi,
        stoch_rsi_wilder, macd, macd_signal, macd_histogram, sma, ema, upper_band, lower_band, adx, adx_close, fibo_23,
        fibo_38, fibo_50, fibo_61, fibo_78, volume_avg_7d, volume_avg_14d, volume_avg_30d, sma_7, sma_14, sma_30,
        fear_greed, fear_greed_7d, fear_greed_14d, fear_greed_30d, formulas, observed_at, run_id
      from crypto_prices`,
    columns: {
      timestamp: moment('Beginning of the hour, UTC'),
      crypto: COIN,
      source: filter('Whose candle it is: `binance`, or `coingecko` while that one has none'),
      open: price('First price of the hour'),
      high: price('Highest price of the hour'),
      low: price('Lowest price of the hour'),
      price: price('Last price of the hour'),
      volume: number('Traded on the exchange within the hour', QUOTE),
      change_percent: number('Change of the price since the same hour of the day before', '%'),
      rsi: number("RSI of 14 hours, Cutler's: plain means", HUNDREDTHS),
      rsi_wilder: number("RSI of 14 hours, Wilder's", HUNDREDTHS),
      stoch_rsi: number('Where `rsi` lies in its range of 14 hours', HUNDREDTHS),
      stoch_rsi_wilder: number('Where `rsi_wilder` lies in its range of 14 hours', HUNDREDTHS),
      macd: price('MACD: exponential average of 12 hours less that of 26'),
      macd_signal: price('Exponential average of `macd` over 9 hours'),
      macd_histogram: price('`macd` less `macd_signal`'),
      sma: price('Mean of 20 hours, the middle of the Bollinger bands'),
      ema: price('Exponential average of 20 hours'),
      upper_band: price('Upper Bollinger band: `sma` plus two sample deviations'),
      lower_band: price('Lower Bollinger band: `sma` less two sample deviations'),
      adx: number("ADX of 14 hours, Wilder's", HUNDREDTHS),
      adx_close: number('ADX of 14 hours from closes alone', HUNDREDTHS),
      fibo_23: level('23.6'),
      fibo_38: level('38.2'),
      fibo_50: level('50'),
      fibo_61: level('61.8'),
      fibo_78: level('78.6'),
      volume_avg_7d: volumeOf(7),
      volume_avg_14d: volumeOf(14),
      volume_avg_30d: volumeOf(30),
      sma_7: averageOf(7),
      sma_14: averageOf(14),
      sma_30: averageOf(30),
      fear_greed: number('Fear & Greed index of the UTC day', HUNDREDTHS),
      fear_greed_7d: sentimentOf(7),
      fear_greed_14d: sentimentOf(14),
      fear_greed_30d: sentimentOf(30),
      formulas: integer('Version of the formulas that computed the row'),
      ...OF_ROW,
    },
    time: 'timestamp',
    order: ['timestamp', 'crypto'],
  },
  'fear-greed': {
    row: 'a day of the Fear & Greed index',
    sql: `select date, value, classification, observed_at, run_id from fear_greed_index`,
    columns: {
      date: day('UTC day'),
      value: integer('Index: 0 is fear, 100 is greed', HUNDREDTHS),
      classification: filter('The index in words of its source, such as `Extreme Fear`'),
      ...OF_ROW,
    },
    time: 'date',
    order: ['date'],
  },
  predictions: {
    row: 'a forecast, with the score that it got when its time had come',
    sql: `select made.target_time, made.crypto, made.horizon, made.model_version, made."timestamp", made.made_at,
        made.predicted_price, made.lower, made.upper, made.last_price, made.decision, made.model_mae, made.naive_mae,
        made.skill, made.train_from, made.train_to, scored.actual_price, scored.error, scored.naive_error,
        scored.direction_right, scored.within_interval, made.observed_at, made.run_id, scored.run_id as scored_run_id
      from predictions made
      left join prediction_scores scored on scored.crypto = made.crypto and scored.horizon = made.horizon
        and scored.target_time = made.target_time and scored.model_version = made.model_version`,
    columns: {
      target_time: moment('When the forecast price is due, UTC'),
      crypto: COIN,
      horizon: filter('`1h` or `24h`'),
      model_version: filter('Model that made it; `imported/` and its name if it forecast elsewhere'),
      timestamp: moment('Beginning of the hour from which it was made, UTC'),
      made_at: moment('When it was made, UTC'),
      predicted_price: price('Forecast price'),
      lower: price('Lower end of the interval that should hold 80 % of the prices; empty without a record'),
      upper: price('Upper end of that interval'),
      last_price: price('Price when it was made; also the naive forecast'),
      decision: filter('`BUY`, `SELL` or `HOLD`, with thresholds at 1 %'),
      model_mae: price(
        'Mean absolute error of the model on the part of the history that it did not learn from',
      ),
      naive_mae: price('Mean absolute error of the naive forecast on the same part'),
      skill: number('1 - `model_mae` / `naive_mae`; below 0 the naive forecast was better'),
      train_from: moment('Beginning of what the model learned from, UTC'),
      train_to: moment('End of what the model learned from, UTC'),
      actual_price: price('Price at the time; empty until it is known, as all of the score'),
      error: price('Forecast price less actual price'),
      naive_error: price('Last price less actual price'),
      direction_right: yesNo('Whether it said up for what went up, down for what went down'),
      within_interval: yesNo('Whether the price lay inside the interval'),
      ...OF_ROW,
      scored_run_id: run('Run that stored the score'),
    },
    time: 'target_time',
    order: ['target_time', 'crypto', 'horizon', 'model_version'],
  },
  'price-comparisons': {
    row: 'the spot prices of a coin at both sources in one run',
    sql: `select "timestamp", crypto, coingecko_price, binance_price, difference, difference_percent, observed_at, run_id
      from price_comparisons`,
    columns: {
      timestamp: moment('When the run that asked began, UTC'),
      crypto: COIN,
      coingecko_price: price("CoinGecko's price; empty if it did not answer"),
      binance_price: price("Binance's price; empty if it did not answer"),
      difference: price("Binance's price less CoinGecko's"),
      difference_percent: number("The difference in percent of CoinGecko's price", '%'),
      ...OF_ROW,
    },
    time: 'timestamp',
    order: ['timestamp', 'crypto'],
  },
} satisfies DataSets
