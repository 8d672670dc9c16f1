/** `almanac forecast latest|report|backtest`: the newest forecasts, how good the forecasts were, and how good they would have been. */

import { almanacCommand } from '../../core/command-name.ts'
import { DAY_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import {
  forecastCoins,
  newestForecasts,
  storedFigures,
  type OpenForecast,
} from '../../db/queries/crypto-forecast/forecast-report.ts'
import { withDatabase } from '../../client/connection.ts'
import { coinNamed } from '../../client/crypto-forecast/coins.ts'
import { WrongUsage } from '../../core/failures.ts'
import { counted } from '../../wording/text.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { storedForecasts, type ForecastFigures } from '../../client/crypto-forecast/figures.ts'
import { figuresTable } from './figures-table.ts'
import { currencies, type CurrencyOf } from './money.ts'
import { newestTable } from './newest-table.ts'
import { testPast, type TestedCoin } from './past-forecasts.ts'
import { verdicts } from '../../client/crypto-forecast/verdicts.ts'
import { moment, print, printJson } from '../output.ts'
import { stackName } from '../command-context.ts'
import { terminal } from '../terminal.ts'
import { printWrapped } from '../output.ts'

interface ForecastOptions extends GlobalOptions {
  /** Id or code of a coin; all without. */
  coin?: string
  days: number
  json?: boolean
}

/** Prints the newest forecast of each coin and horizon, and the record of what made it. Throws `WrongUsage` for an unknown coin. */
export async function latest(options: Omit<ForecastOptions, 'days'>): Promise<void> {
  const config = configOf(options)
  await withDatabase(config, async ({ db }) => {
    const known = await forecastCoins(db)
    const others = known.map(({ crypto }) => crypto)
    const crypto = options.coin === undefined ? undefined : coinNamed(config, options.coin, others)
    const newest = await newestForecasts(db, crypto)
    const currencyOf = currencies(config.tracked['crypto-forecast'])
    if (newest.length === 0 && !options.json) {
      print(`${stackName(config)}no forecasts yet; ${firstRun()} makes the first`)
      return
    }
    const figures = (await storedFigures(db, { sinceMs: 0, crypto })).map(storedForecasts)
    if (options.json) {
      const told = newest.map((made) => ({
        ...made,
        currency: currencyOf(made.crypto) || null,
        naiveForecast: made.lastPrice,
        record: figures.find((one) => isOf(one, made)) ?? null,
      }))
      printJson(told)
      return
    }
    print(`${stackName(config)}the newest forecasts\n\n${newestTable(newest, currencyOf)}\n`)
    printWrapped('The naive forecast is that the price stays as it was then. Against it, so far:')
    for (const verdict of verdicts(figures)) printWrapped(verdict)
  })
}

const isOf = (figures: ForecastFigures, made: OpenForecast) =>
  figures.crypto === made.crypto &&
  figures.horizon === made.horizon &&
  figures.modelVersion === made.modelVersion

const firstRun = () => `"${almanacCommand('run crypto-forecast --wait')}"`

/** Prints what the forecasts of the last days came to. Throws `WrongUsage` for an unknown coin. */
export async function report(options: ForecastOptions): Promise<void> {
  const config = configOf(options)
  await withDatabase(config, async ({ db }) => {
    const forecast = await forecastCoins(db)
    const others = forecast.map(({ crypto }) => crypto)
    const crypto = options.coin === undefined ? undefined : coinNamed(config, options.coin, others)
    const since = new Date(Date.now() - options.days * DAY_MS)
    const stored = await storedFigures(db, { sinceMs: since.getTime(), crypto })
    const figures = stored.map(storedForecasts)
    if (options.json) {
      printJson({ since, days: options.days, figures, verdicts: verdicts(figures) })
      return
    }
    const currencyOf = currencies(config.tracked['crypto-forecast'])
    if (figures.length > 0)
      printFigures(`${stackName(config)}forecasts made since ${moment(since)}`, figures, currencyOf)
    else print(stackName(config) + noForecasts(options, crypto, forecast))
  })
}

function noForecasts(
  options: ForecastOptions,
  crypto: string | undefined,
  forecast: { crypto: string; newest: Date }[],
): string {
  const of = crypto === undefined ? '' : ` of ${crypto}`
  const times = forecast.filter((coin) => crypto === undefined || coin.crypto === crypto)
  const newest = times
    .map((coin) => coin.newest)
    .toSorted((a, b) => a.getTime() - b.getTime())
    .at(-1)
  const command = firstRun()
  return newest === undefined
    ? `no forecasts${of} yet; ${command} collects and makes the first`
    : `no forecasts${of} of the last ${counted(options.days, 'day')}; the newest was made at ${moment(newest)}. ${command} makes new ones`
}

/**
 * Prints what the model would have come to on the last days of what is stored; returns 1 if something could not be
 * tested.
 */
export async function backtest(options: ForecastOptions & { refitHours: number }): Promise<number> {
  if (options.refitHours < 1) throw new WrongUsage('--refit-hours 0: expected 1 or more.')
  const config = configOf(options)
  const coins =
    options.coin === undefined
      ? config.tracked['crypto-forecast'].coins.map(({ id }) => id)
      : [coinNamed(config, options.coin, [])]
  return withDatabase(config, async ({ db }) => {
    const tested = await testAll(db, coins, options)
    if (options.json) {
      const figures = tested.flatMap((coin) => coin.figures)
      printJson({
        days: options.days,
        refitHours: options.refitHours,
        spans: tested.flatMap(({ crypto, span }) =>
          span === undefined ? [] : [{ crypto, ...isoSpan(span) }],
        ),
        figures,
        verdicts: verdicts(figures),
        notes: tested.flatMap(({ notes }) => notes),
        tooFew: tested.flatMap(({ tooFew }) => tooFew),
      })
    } else
      printTested(stackName(config), tested, {
        ...options,
        currencyOf: currencies(config.tracked['crypto-forecast']),
      })
    return tested.every(({ tooFew }) => tooFew.length === 0) ? EXIT.done : EXIT.runFailed
  })
}

/** Shorter tests need no word that they go on. */
const QUIET_MS = 2_000
/** This many refits of both horizons take about as long: then the first coin is reported, too. */
const MANY_REFITS = 1_000

async function testAll(
  db: Database,
  coins: string[],
  options: { days: number; refitHours: number },
): Promise<TestedCoin[]> {
  const started = Date.now()
  const isLong = (options.days * 24) / options.refitHours > MANY_REFITS
  const tested: TestedCoin[] = []
  for (const [index, crypto] of coins.entries()) {
    if (isLong || Date.now() - started >= QUIET_MS)
      terminal().stderr.write(`testing ${crypto}, ${index + 1} of ${coins.length} …\n`)
    tested.push(await testPast(db, crypto, options))
  }
  return tested
}

const isoSpan = ({ fromMs, toMs }: NonNullable<TestedCoin['span']>) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
})

/** Coins whose newest hour is the same, which it is unless a source fell behind, share a table. */
function printTested(
  stack: string,
  tested: TestedCoin[],
  { refitHours, currencyOf }: { refitHours: number; currencyOf: CurrencyOf },
): void {
  const spans = tested.flatMap(({ figures, span }) =>
    span === undefined || figures.length === 0 ? [] : [span],
  )
  for (const toMs of new Set(spans.map((span) => span.toMs))) {
    const coins = tested.filter(({ span }) => span?.toMs === toMs)
    const from = moment(new Date(coins[0]?.span?.fromMs ?? NaN))
    const what = `walk-forward over stored hours from ${from} to ${moment(new Date(toMs))}`
    const heading = `${stack}${what}, refitted every ${refitHours} h; nothing is stored`
    const figures = coins.flatMap((coin) => coin.figures)
    printFigures(heading, figures, currencyOf)
  }
  const remarks = tested.flatMap(({ notes, tooFew }) => [...notes, ...tooFew])
  if (spans.length > 0 && remarks.length > 0) print()
  for (const line of remarks) print(line)
}

function printFigures(heading: string, figures: ForecastFigures[], currencyOf: CurrencyOf): void {
  print(`${heading}\n`)
  print(figuresTable(figures, currencyOf))
  print()
  for (const verdict of verdicts(figures)) printWrapped(verdict)
}
