/** What the page of crypto-forecast needs beside rows: the coins with their currencies, and how their forecasts did. */
import * as z from 'zod'
import { storedForecasts } from '../../client/crypto-forecast/figures.ts'
import {
  INTERVAL_CODES,
  intervalCode,
  scoredNeeded,
  SKILL_CODES,
  skillCode,
} from '../../client/crypto-forecast/verdicts.ts'
import { importedFrom } from '../../core/crypto-forecast/imported-model.ts'
import { pairCurrency, pairQuote } from '../../core/crypto-forecast/trading-pair.ts'
import { forecastCoins, storedFigures } from '../../db/queries/crypto-forecast/forecast-report.ts'
import type { Code } from '../../wording/reason.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { problems } from '../problem.ts'

/** Ids of coins have some dozen characters. */
const COIN_LENGTH = 100

const coinsSchema = z.object({
  coins: z.array(
    z.object({
      id: z.string().describe("The coin's id on CoinGecko"),
      code: z.string().nullable().describe('Null for a coin that is no longer tracked, as its currency'),
      currency: z.string().nullable().describe('Of all its prices'),
      quote: z.string().nullable().describe('What it is traded against, the unit of its volume'),
      is_tracked: z.boolean().describe('Whether almanac.yaml names it'),
    }),
  ),
})

const count = (meaning: string) => z.int().describe(meaning)
const mean = (meaning: string) => z.number().nullable().describe(`${meaning}; null without a scored forecast`)

const scoreboardSchema = z.object({
  records: z.array(
    z.object({
      horizon: z.string(),
      model_version: z.string(),
      imported_from: z
        .string()
        .nullable()
        .describe('Name of the model where these forecasts were made; null for one that forecasts here'),
      made: count('Forecasts'),
      scored: count('Those whose time has come and whose price is known; what follows counts these alone'),
      needed: count('Scored forecasts that a judgement needs'),
      moved: count('Those after which the price moved at all'),
      hits: count('Those of them whose direction was right'),
      mae: mean("Mean absolute error, in the coin's currency"),
      naive_mae: mean('The same of the naive forecast: the price stays'),
      skill: mean('1 - `mae` / `naive_mae`'),
      intervals: count('Those with an interval'),
      held: count('Those of them whose price lay inside'),
      skill_code: z.enum(SKILL_CODES).describe('`perhaps-better`: better, but not beyond chance'),
      interval_code: z
        .enum(INTERVAL_CODES)
        .describe('Whether the interval holds as many prices as it promises'),
    }),
  ),
})

/** The answers as JSON. */
export type Coins = z.infer<typeof coinsSchema>
export type Scoreboard = z.infer<typeof scoreboardSchema>

export function addCoinRoutes(api: Api, context: RouteContext): void {
  addCoins(api, context)
  addScoreboard(api, context)
}

function addCoins(api: Api, { db, config }: RouteContext): void {
  api.get(
    '/api/crypto-forecast/coins',
    {
      schema: {
        summary: 'Coins that are tracked, then those that were forecast once',
        response: { 200: coinsSchema, ...problems(503) },
      },
    },
    async () => {
      const tracked = config.tracked['crypto-forecast'].coins
      const others = (await forecastCoins(db)).filter(({ crypto }) =>
        tracked.every(({ id }) => id !== crypto),
      )
      return {
        coins: [
          ...tracked.map((coin) => ({
            id: coin.id,
            code: coin.code,
            currency: pairCurrency(coin) ?? null,
            quote: pairQuote(coin) ?? null,
            is_tracked: true,
          })),
          ...others.map(({ crypto }) => ({
            id: crypto,
            code: null,
            currency: null,
            quote: null,
            is_tracked: false,
          })),
        ],
      }
    },
  )
}

function addScoreboard(api: Api, { db }: RouteContext): void {
  api.get(
    '/api/crypto-forecast/scoreboard',
    {
      schema: {
        summary: 'How all stored forecasts of a coin did, by horizon and model',
        querystring: z.strictObject({
          crypto: z
            .string()
            .min(1)
            .max(COIN_LENGTH)
            .regex(/^[^\0]*$/, 'expected-text' satisfies Code)
            .describe("The coin's id on CoinGecko"),
        }),
        response: { 200: scoreboardSchema, ...problems(400, 503) },
      },
    },
    async ({ query }) => {
      const stored = await storedFigures(db, { sinceMs: 0, crypto: query.crypto })
      return {
        records: stored.map((one) => {
          const figures = storedForecasts(one)
          return {
            horizon: one.horizon,
            model_version: one.modelVersion,
            imported_from: importedFrom(one.modelVersion) ?? null,
            made: one.made,
            scored: one.scored,
            needed: scoredNeeded(one.horizon),
            moved: one.moved,
            hits: one.hits,
            mae: one.mae,
            naive_mae: one.naiveMae,
            // Without an error of the naive forecast there is nothing to compare with.
            skill: Number.isFinite(figures.skill) ? figures.skill : null,
            intervals: one.intervals,
            held: one.held,
            skill_code: skillCode(figures),
            interval_code: intervalCode(figures),
          }
        }),
      }
    },
  )
}
