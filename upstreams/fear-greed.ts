/**
 * alternative.me's Crypto Fear & Greed Index (https://alternative.me/crypto/fear-and-greed-index/#api): one value per
 * day since 2018.
 */
import * as z from 'zod'
import { Failure } from '../core/failures.ts'
import { comparing, type KnownFields } from './fields.ts'
import { createGate, type Gate } from './gate.ts'
import { createHttp, rawBody, type RawBody } from './http.ts'
import { parseBody, parseRows, text, type RejectedRow } from './payload.ts'
import { excerptOf } from './refusal.ts'

const UPSTREAM = 'fear-greed'
/** All days since 2018 have 0.3 MB. */
const MAX_BYTES = 1024 * 1024
/** All days since 2018 have 12,000; each year adds 1,500. */
const MAX_VALUES = 50_000
/** Without the trailing slash the answer is a redirect. */
const PATH = '/fng/'
const DAY_S = 86_400

export interface FearGreedOptions {
  /** Such as https://api.alternative.me */
  baseUrl: string
  userAgent: string
  /** Default: one request at a time, since one response holds everything. */
  gate?: Gate
  timeoutMs?: number
}

export interface FearGreedDay {
  /** UTC day as YYYY-MM-DD. */
  date: string
  /** 0 (extreme fear) to 100 (extreme greed), an integer. */
  value: number
  /** In the index's own words; its limits between them are not those of its explanations. */
  classification: string
}

export interface FearGreedDays {
  days: FearGreedDay[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface FearGreed {
  /** The newest `limit` days, 0 for all since 2018, newest first. Days that the index never had are not in it. */
  days: (limit: number, signal: AbortSignal) => Promise<FearGreedDays>
}

/** The API sends its numbers as text. */
const integer = z.union([z.string().regex(/^\d+$/, 'not a whole number').transform(Number), z.int()])

const daySchema = z
  .object({
    value: integer.pipe(z.int().min(0).max(100)),
    value_classification: text.pipe(z.string().min(1)),
    timestamp: integer.pipe(
      z
        .int()
        // What ECMAScript's dates can hold (8.64e12 s) is far beyond any year that a row may name.
        .max(253_402_300_799, 'later than the year 9999')
        .refine((seconds) => seconds % DAY_S === 0, 'not midnight UTC'),
    ),
  })
  .transform((row): FearGreedDay => ({
    date: new Date(row.timestamp * 1_000).toISOString().slice(0, 'YYYY-MM-DD'.length),
    value: row.value,
    classification: row.value_classification,
  }))

const DAY: KnownFields = {
  client: UPSTREAM,
  object: 'day',
  needed: Object.keys(daySchema.in.shape),
  // Of the newest day alone.
  others: ['time_until_update'],
}

const answerSchema = z.object({
  data: comparing(DAY, z.array(z.unknown()).nullish()),
  metadata: z.object({ error: z.unknown() }).nullish(),
})

/**
 * Reads the body of `GET /fng/`. Throws `UpstreamUnavailable` if it carries an error under a good status,
 * `PayloadInvalid` if it holds no day at all: the index has always had one, so an empty list means nothing.
 */
export function parseFearGreed(body: string): { days: FearGreedDay[]; rejected: RejectedRow[] } {
  const what = `${UPSTREAM} GET ${PATH}`
  const { data, metadata } = parseBody(answerSchema, body, what)
  const error = metadata?.error ?? null
  if (error !== null && error !== '') {
    const said = excerptOf(typeof error === 'string' ? error : JSON.stringify(error))
    throw new Failure(
      'UpstreamUnavailable',
      `${what} answered 200 with an error ("${said}"): another attempt may succeed.`,
    )
  }
  if (data === undefined || data === null || data.length === 0) {
    const message = `${what} answered an empty list, which is implausible: expected at least one day; nothing that is stored changes.`
    throw new Failure('PayloadInvalid', message)
  }
  const { rows, rejected } = parseRows(daySchema, data)
  return { days: rows, rejected }
}

/** A client of the index. Its calls throw the failures of `Http.request` and of `parseFearGreed`. */
export function createFearGreed(options: FearGreedOptions): FearGreed {
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl: options.baseUrl,
    headers: { 'user-agent': options.userAgent },
    gate: options.gate ?? createGate({ reserve: 0, concurrency: 1 }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return {
    days: async (limit, signal) => {
      const answer = await http.request({ path: PATH, query: { limit }, signal })
      return { ...parseFearGreed(answer.body), raw: [rawBody(UPSTREAM, answer)] }
    },
  }
}
