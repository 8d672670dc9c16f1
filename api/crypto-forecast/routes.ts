/** Routes that the clients of an older forecast service call: its addresses and fields, and what it left unsaid. */
import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { coinNamed, HORIZON_NAMES, trackedCoin } from '../../client/crypto-forecast/coins.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { pairCurrency } from '../../core/crypto-forecast/trading-pair.ts'
import { SECOND_MS } from '../../core/durations.ts'
import { WrongUsage } from '../../core/failures.ts'
import { forecastCoins, forecastsWithScores } from '../../db/queries/crypto-forecast/forecast-report.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { problems, RequestProblem } from '../problem.ts'

/** As many forecasts as the older service returned. */
const HISTORY_ROWS = 100
/** Ids of coins have some dozen characters. */
const COIN_LENGTH = 100

const coin = z
  .string()
  .min(1)
  .max(COIN_LENGTH)
  .regex(/^[^\0]*$/, 'expected a text without NUL')
  .describe('Id or code of a coin, such as `bitcoin` or `BTC`')
const horizon = z.enum(HORIZON_NAMES).default('24h').describe('How far ahead the forecast looks')

/** What both routes say of a forecast, beside the fields of the older service. Prices are in `currency`. */
const forecastShape = {
  decision: z.enum(['BUY', 'SELL', 'HOLD']).describe('By thresholds at 1 %; no financial advice'),
  model_mae: z
    .number()
    .nullable()
    .describe('Mean absolute error of the model on the part of the history that it did not learn from'),
  naive_mae: z.number().nullable().describe('The same of the naive forecast: the price stays'),
  last_price: z.number().describe('Price when it was made'),
  lower: z.number().nullable().describe('Lower end of the interval that should hold 80 % of the prices'),
  upper: z.number().nullable().describe('Upper end of that interval'),
  currency: z.string().nullable().describe('Of all prices; null for a coin that is no longer tracked'),
  horizon: z.enum(HORIZON_NAMES),
  target_time: z.iso.datetime().describe('When the price is due, UTC'),
  model_version: z.string(),
  age_seconds: z.int().describe('Time since it was made'),
}

const predictionSchema = z.object({
  crypto: z.string(),
  prediction: z.number().describe('Forecast price'),
  ...forecastShape,
  made_at: z.iso.datetime().describe('When it was made, UTC'),
  is_due: z.boolean().describe('Whether its time has come: it then says nothing of the future'),
})

const historySchema = z.array(
  z.object({
    timestamp: z.iso.datetime().describe('When it was made, UTC'),
    predicted_price: z.number(),
    ...forecastShape,
    actual_price: z.number().nullable().describe('Null until it is known, as the rest of the score'),
    error: z.number().nullable().describe('Forecast price less actual price'),
    naive_error: z.number().nullable().describe('Last price less actual price'),
    direction_right: z
      .boolean()
      .nullable()
      .describe('Whether it said up for what went up, down for what went down'),
    within_interval: z.boolean().nullable().describe('Whether the price lay inside the interval'),
  }),
)

export function addCryptoRoutes(api: Api, context: RouteContext): void {
  addHealthCheck(api, context)
  addPredict(api, context)
  addHistory(api, context)
}

function addHealthCheck(api: Api, { db }: RouteContext): void {
  api.get(
    '/healthcheck',
    {
      schema: {
        summary: 'Whether the server and its database work',
        response: { 200: z.object({ status: z.literal('ok') }), ...problems(503) },
      },
    },
    async () => {
      await db.execute(sql`select 1`)
      return { status: 'ok' as const }
    },
  )
}

function addPredict(api: Api, context: RouteContext): void {
  api.post(
    '/predict',
    {
      config: { access: 'reader' },
      schema: {
        summary: 'The newest stored forecast of a coin',
        description: 'Changes nothing and computes nothing: forecasts are made once an hour.',
        body: z.object({ crypto: coin, horizon }),
        response: { 200: predictionSchema, ...problems(400, 404, 503) },
      },
    },
    async ({ body }) => {
      const crypto = await knownCoin(context, body.crypto)
      const [newest] = await forecastsOf(context, crypto, body.horizon, 1)
      if (newest === undefined)
        throw new RequestProblem(
          404,
          `There is no forecast of ${crypto} for ${body.horizon} yet; "${almanacCommand('run crypto-forecast --wait')}" makes one, or says why it cannot.`,
        )
      const { made, told } = newest
      return {
        crypto,
        prediction: made.predictedPrice,
        ...told,
        made_at: made.madeAt.toISOString(),
        is_due: made.targetTime.getTime() <= Date.now(),
      }
    },
  )
}

function addHistory(api: Api, context: RouteContext): void {
  api.get(
    '/history/:crypto',
    {
      schema: {
        summary: 'The newest stored forecasts of a coin, and how they did',
        description: `Newest first, ${HISTORY_ROWS} at most; the data set \`predictions\` has all of them.`,
        params: z.object({ crypto: coin }),
        querystring: z.strictObject({ horizon }),
        response: { 200: historySchema, ...problems(400, 404, 503) },
      },
    },
    async ({ params, query }) => {
      const crypto = await knownCoin(context, params.crypto)
      const forecasts = await forecastsOf(context, crypto, query.horizon, HISTORY_ROWS)
      return forecasts.map(({ made, scored, told }) => ({
        timestamp: made.madeAt.toISOString(),
        predicted_price: made.predictedPrice,
        ...told,
        actual_price: scored?.actualPrice ?? null,
        error: scored?.error ?? null,
        naive_error: scored?.naiveError ?? null,
        direction_right: scored?.directionRight ?? null,
        within_interval: scored?.withinInterval ?? null,
      }))
    },
  )
}

/** The id of a coin that is tracked or was forecast once. */
async function knownCoin({ db, config }: RouteContext, name: string): Promise<string> {
  const tracked = trackedCoin(config, name)
  if (tracked !== undefined) return tracked.id
  const others = await forecastCoins(db)
  try {
    return coinNamed(
      config,
      name,
      others.map(({ crypto }) => crypto),
    )
  } catch (error) {
    if (error instanceof WrongUsage) throw new RequestProblem(404, error.message)
    throw error
  }
}

type Horizon = (typeof HORIZON_NAMES)[number]

/** The newest forecasts with what both routes say of each. */
async function forecastsOf({ db, config }: RouteContext, crypto: string, horizon: Horizon, limit: number) {
  const tracked = trackedCoin(config, crypto)
  const currency = (tracked && pairCurrency(tracked)) ?? null
  const now = Date.now()
  const forecasts = await forecastsWithScores(db, { crypto, horizon, limit })
  return forecasts.map(({ made, scored }) => ({
    made,
    scored,
    told: {
      decision: made.decision,
      model_mae: made.modelMae,
      naive_mae: made.naiveMae,
      last_price: made.lastPrice,
      lower: made.lower,
      upper: made.upper,
      currency,
      horizon,
      target_time: made.targetTime.toISOString(),
      model_version: made.modelVersion,
      age_seconds: Math.floor((now - made.madeAt.getTime()) / SECOND_MS),
    },
  }))
}
