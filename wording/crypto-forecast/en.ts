/** Sentences of crypto-forecast, in English. */
import type { Reason } from '../../core/reason.ts'
import type { Say, SentenceTable } from '../table.ts'
import { counted } from '../text.ts'

interface NewsScore {
  crypto: string
  horizon: string
  scored: number
  mae: number
  naiveMae: number
}

const price = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 4 })

export const cryptoForecast = {
  'coingecko-too-old': ({ days }: { days: number }) =>
    `CoinGecko has hourly prices of the last ${days} days only; older ones come from Binance only`,
  'replay-coin-unlisted': ({ symbol }: { symbol: string }) =>
    `almanac.yaml lists no coin that is traded as ${symbol}`,
  'replay-id-unlisted': ({ crypto }: { crypto: string }) =>
    `almanac.yaml lists no coin with the CoinGecko id ${crypto}`,
  'replay-currency-changed': ({ id, currency, command }: Record<'id' | 'currency' | 'command', string>) =>
    `its prices of ${id} are in ${currency}, and almanac.yaml follows ${id} in another currency now; "${command}" asks for the hours in that one`,
  'no-prices': ({ crypto }: { crypto: string }) => `CoinGecko returned no price for ${crypto}`,
  'coin-rows-refused': ({ crypto, rows }: { crypto: string; rows: number }) =>
    `${counted(rows, 'row')} of ${crypto} rejected, see quarantine`,
  'no-comparison': ({ coins }: { coins: readonly string[] }) =>
    `no comparison of ${coins.join(', ')}: one of the sources has no price`,
  'prices-apart': ({ pair, percent }: { pair: string; percent: number }) =>
    `${pair} on Binance is ${percent} % from CoinGecko's price: one of them is wrong, or the id and the pair in almanac.yaml are of two coins`,
  'ticker-frozen': ({ pair, hours }: { pair: string; hours: number }) =>
    `Binance's price of ${pair} stands still: it has no candle of the last ${hours} hours, so the price was not compared`,
  'pair-silent': ({ pair, since, hours }: { pair: string; since: string; hours: number }) =>
    `Binance has had no candle of ${pair} since ${since} (${hours} hours): if the pair was delisted, set another symbol in almanac.yaml or remove the coin`,
  'candles-missing': ({ crypto, from, to }: { crypto: string; from: string; to: string }) =>
    `${crypto} has no candles from ${from} to ${to}, though later ones came`,
  'index-days-missing': ({ days, from, to }: { days: number; from: string; to: string }) =>
    `the index lacks ${counted(days, 'day')} from ${from} to ${to}, though later ones came`,
  'prices-not-computed': 'the prices could not be computed',
  'all-left-to-drain':
    'left to the drain: rows of this run are in the spool, and the rest is computed from them',

  'no-forecast': ({ crypto, reason }: { crypto: string; reason: Reason }, say: Say) =>
    `${crypto}: ${say(reason)}`,
  'no-horizon': (
    { crypto, horizon, reason }: { crypto: string; horizon: string; reason: Reason },
    say: Say,
  ) => `${crypto} ${horizon}: ${say(reason)}`,
  'no-candle': 'no candle to forecast from',
  'candle-too-old': ({ hours }: { hours: number }) =>
    `no forecast from a candle that is ${counted(hours, 'hour')} old`,
  'newest-row-lacks': ({ feature }: { feature: string }) => `The newest row has no ${feature}.`,
  'rows-too-few': ({ rows, needed }: { rows: number; needed: number }) =>
    `${counted(rows, 'row')} with all features and a known outcome, ${needed} are needed.`,
  'history-jump': ({
    at,
    before,
    after,
    days,
    rows,
    needed,
  }: Record<'at' | 'before' | 'after', string> & Record<'days' | 'rows' | 'needed', number>) =>
    `the price jumps from ${before} to ${after} at ${at} (another unit, or a wrong candle): ${counted(rows, 'usable row')} from ${counted(days, 'day')} later on, ${needed} are needed`,
  'history-gap': ({
    from,
    to,
    rows,
    needed,
  }: Record<'from' | 'to', string> & Record<'rows' | 'needed', number>) =>
    `no hours between ${from} and ${to}: ${counted(rows, 'usable row')} since, ${needed} are needed`,
  'forecast-implausible': ({ predicted, lastPrice }: { predicted: string; lastPrice: string }) =>
    `a forecast of ${predicted} from a price of ${lastPrice} is not believed`,
  'interval-implausible': ({ lower, upper }: { lower: string; upper: string }) =>
    `an interval from ${lower} to ${upper} is none of prices: the past errors are too large`,
  'reports-wait': ({ reports }: { reports: number }) =>
    `${counted(reports, 'report')} ${reports === 1 ? 'waits' : 'wait'} for the next run`,

  check: ({ check, crypto, finding }: { check: string; crypto: string; finding: Reason }, say: Say) =>
    `${check}: ${crypto} ${say(finding)}`,
  'check-rows': ({ rows, days }: { rows: number; days: number }) =>
    `has ${counted(rows, 'row')}, ${counted(days, 'day')} of them up to the newest hour`,
  'check-no-candle': 'has no candle',
  'check-behind': ({ hours }: { hours: number }) =>
    `is ${counted(hours, 'hour')} behind the newest closed hour`,
  'check-nulls': ({ rows, days }: { rows: number; days: number }) =>
    `has ${counted(rows, 'row')} without an indicator later than ${counted(days, 'day')} after its first`,
  'check-early': ({ rows, days }: { rows: number; days: number }) =>
    `has ${counted(rows, 'row')} with indicators across a gap of more than ${counted(days, 'day')}`,
  'check-duplicates': ({ rows }: { rows: number }) => `has ${counted(rows, 'row')} not alone on a full hour`,
  /** Of records of earlier versions. */
  'check-gaps': ({ gaps, known }: { gaps: number; known: number }) =>
    `lacks ${counted(gaps, 'hour')} that the exchange should have (and ${known} that it does not have)`,
  'check-hours': ({ gaps, known, others }: { gaps: number; known: number; others: number }) =>
    `lacks ${counted(gaps, 'hour')} that the exchange should have (and ${known} that it does not have)${others > 0 ? `; ${counted(others, 'hour')} of CoinGecko` : ''}`,
  'check-sources': ({ apart, both, percent }: { apart: number; both: number; percent: number }) =>
    `has ${apart} of ${counted(both, 'hour')} at which the sources are more than ${percent} % apart`,
  'breach-candle': 'high or low is not the highest or lowest of the hour',
  'breach-bands': 'lower_band lies above upper_band',
  'breach-interval': 'the forecast is not within its own interval',

  'news-scores': ({ day }: { day: string }) => `Forecasts for ${day}, against saying that the price stays`,
  'news-score': ({ crypto, horizon, scored, mae, naiveMae }: NewsScore) =>
    `${crypto} ${horizon}: off by ${price(mae)} on average, the other by ${price(naiveMae)} (${counted(scored, 'forecast')})`,
} satisfies SentenceTable
