/**
 * An MLflow scoring server, or another server with its protocol: `POST /invocations` with `dataframe_split`
 * (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally). MLflow 2 and 3 respond alike.
 */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import { credentials } from '../credentials.ts'
import { createGate } from '../gate.ts'
import { createHttp, type Answer } from '../http.ts'
import { parseBody } from '../payload.ts'
import { refusal } from '../refusal.ts'

const UPSTREAM = 'model server'
/** One number a row, and there are hundreds of rows. */
const MAX_BYTES = 1024 * 1024
/** Two a row at most. */
const MAX_VALUES = 10_000
const PATH = '/invocations'
const MAX_REASON_CHARS = 300

export interface ModelServerOptions {
  /** Scheme, host, port and prefix, with or without `/invocations`; `user:password@` is sent as Basic. */
  url: string
  userAgent: string
  /** Sent as Bearer. */
  token?: string
  timeoutMs?: number
}

export interface ModelServer {
  /**
   * One prediction per row, in the order of the rows; null is a missing value. Throws the failures of `Http.request`,
   * `UpstreamRejected` with the model's own reason, and `PayloadInvalid` if the response does not have exactly one
   * finite number per row.
   */
  predict: (
    columns: readonly string[],
    rows: readonly (readonly (number | string | null)[])[],
    signal: AbortSignal,
  ) => Promise<number[]>
}

/** A data frame of one column is returned as one list or one object per row. */
const prediction = z.union([
  z.number(),
  z.tuple([z.number()]).transform(([value]) => value),
  z.record(z.string(), z.number()).transform((row, context) => {
    const [value, ...others] = Object.values(row)
    if (value !== undefined && others.length === 0) return value
    context.addIssue({ code: 'custom', message: 'not a single number' })
    return z.NEVER
  }),
])

const answerSchema = z.union([
  z.array(prediction),
  z.object({ predictions: z.array(prediction) }).transform(({ predictions }) => predictions),
])

const errorSchema = z.object({ stack_trace: z.string() })

/** A client of a scoring server. Throws `Misconfigured` for an invalid address. */
export function createModelServer(options: ModelServerOptions): ModelServer {
  const { baseUrl, headers } = credentials(UPSTREAM, options.url, options.token)
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl: baseUrl.replace(/\/invocations$/, ''),
    headers: { 'user-agent': options.userAgent, ...headers },
    gate: createGate({ reserve: 0 }),
    redirect: 'manual',
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return {
    predict: async (columns, rows, signal) => {
      if (rows.length === 0) return []
      const json = { dataframe_split: { columns, data: rows } }
      const answer = await http.request({ method: 'POST', path: PATH, json, signal, accept: [400] })
      if (answer.status === 400) throw refused(answer)
      return readPredictions(answer.body, rows.length)
    },
  }
}

/** The cause is not in MLflow's own message but in the last line of the model's stack trace; of another error the status is enough. */
function refused(answer: Answer): Failure {
  const trace = errorSchema.safeParse(jsonOrNothing(answer.body)).data?.stack_trace ?? ''
  const reason = trace.trim().split('\n').at(-1)?.slice(0, MAX_REASON_CHARS)
  if (reason === undefined || reason === '')
    return refusal({ upstream: UPSTREAM, method: 'POST', path: PATH }, answer, 'status')
  return new Failure(
    'UpstreamRejected',
    `The model server refused the rows (${reason}): serve a model that takes these columns.`,
    { details: { status: answer.status, reason } },
  )
}

function readPredictions(body: string, rows: number): number[] {
  // Python writes NaN and Infinity, which JSON does not have, and only if a model computed them.
  if (/[[:,\s](?:NaN|-?Infinity)\b/.test(body)) {
    throw new Failure(
      'PayloadInvalid',
      `The model server predicted NaN or Infinity; expected finite numbers: check the model.`,
    )
  }
  const predictions = parseBody(answerSchema, body, `${UPSTREAM} POST ${PATH}`)
  if (predictions.length === rows) return predictions
  throw new Failure(
    'PayloadInvalid',
    `The model server answered with predictions: ${predictions.length}, for rows: ${rows}; expected one a row: check the model.`,
  )
}
