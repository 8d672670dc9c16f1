/** Single requests to an MLflow tracking server (https://mlflow.org/docs/latest/api_reference/rest-api.html), errors by their own code. */
import * as z from 'zod'
import type { Failure } from '../../core/failures.ts'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import { credentials } from '../credentials.ts'
import { createGate } from '../gate.ts'
import { createHttp, type Answer, type Http } from '../http.ts'
import { parseBody } from '../payload.ts'
import { refusal } from '../refusal.ts'

const UPSTREAM = 'mlflow'
/** A run with all its metrics has some hundred kilobytes. */
const MAX_BYTES = 4 * 1024 * 1024
/** A metric has five; a run has some hundred metrics, parameters and tags. */
const MAX_VALUES = 50_000
const API = '/api/2.0/mlflow'
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts'
/** Statuses under which MLflow sends its own error codes for a request that it understood. */
const NAMED_ERRORS = [400, 404, 409]
/** With this status, and a sentence that names its option, a server reports that it does not proxy artifacts. */
const DISABLED = 503

export interface MlflowOptions {
  /** Address of the tracking server; `user:password@` is sent as Basic. */
  baseUrl: string
  userAgent: string
  /** Sent as Bearer. */
  token?: string
  timeoutMs?: number
}

export interface MlflowCall<T> {
  method: 'GET' | 'POST'
  /** Such as `runs/create`. */
  path: string
  /** Query of a GET, JSON body of a POST. */
  input: Record<string, unknown>
  schema: z.ZodType<T>
  signal: AbortSignal
}

/** Errors that are expected: two deliveries may create the same thing. */
export type Tolerated = 'RESOURCE_ALREADY_EXISTS' | 'RESOURCE_DOES_NOT_EXIST'

export interface MlflowRest {
  /** Without a trailing slash, user or password. */
  baseUrl: string
  /** One call. Throws the failures of `Http.request`, with MLflow's own `errorCode` in the details, and `PayloadInvalid`. */
  call: <T>(call: MlflowCall<T>) => Promise<T>
  /** As `call`, but undefined if MLflow responds with this error code. */
  callUnless: <T>(code: Tolerated, call: MlflowCall<T>) => Promise<T | undefined>
  /**
   * Stores a file through the server; false if the server was started without artifact support. `path` is
   * slash-separated.
   */
  putArtifact: (path: string, content: string, signal: AbortSignal) => Promise<boolean>
}

/** JSON from protobuf writes 64-bit numbers as text, newer servers as numbers; ids are either. */
export const id = z.union([z.string(), z.int()]).transform(String)
/** A response that is not read. */
export const nothing = z.looseObject({})

const errorSchema = z.object({ error_code: z.string() })

/** Throws `Misconfigured` for an invalid address. */
export function createMlflowRest(options: MlflowOptions): MlflowRest {
  const { baseUrl, headers } = credentials(UPSTREAM, options.baseUrl, options.token)
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl,
    headers: { 'user-agent': options.userAgent, ...headers },
    gate: createGate({ reserve: 0 }),
    redirect: 'manual',
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return {
    baseUrl,
    call: async (call) => {
      const answer = await ask(http, call)
      if (!isRefused(answer)) return read(call, answer)
      throw named(call, answer)
    },
    callUnless: async (code, call) => {
      const answer = await ask(http, call)
      if (!isRefused(answer)) return read(call, answer)
      if (errorCode(answer.body) === code) return undefined
      throw named(call, answer)
    },
    putArtifact: async (path, text, signal) => {
      const encoded = `${ARTIFACTS}/${path.split('/').map(encodeURIComponent).join('/')}`
      const answer = await http.request({ method: 'PUT', path: encoded, text, signal, accept: [DISABLED] })
      if (answer.status !== DISABLED) return true
      if (answer.body.includes('serve-artifacts')) return false
      throw refusal({ upstream: UPSTREAM, method: 'PUT', path: encoded }, answer, 'status')
    },
  }
}

function ask<T>(http: Http, { method, path, input, signal }: MlflowCall<T>): Promise<Answer> {
  const request = { method, path: `${API}/${path}`, signal, accept: NAMED_ERRORS }
  if (method === 'POST') return http.request({ ...request, json: input })
  return http.request({ ...request, query: input as Record<string, string | number> })
}

const isRefused = ({ status }: Answer): boolean => NAMED_ERRORS.includes(status)

const read = <T>({ method, path, schema }: MlflowCall<T>, { body }: Answer): T =>
  parseBody(schema, body, `${UPSTREAM} ${method} ${path}`)

function named({ method, path }: MlflowCall<unknown>, answer: Answer): Failure {
  const failure = refusal({ upstream: UPSTREAM, method, path }, answer, 'status')
  const code = errorCode(answer.body)
  if (code !== undefined) failure.details.errorCode = code
  return failure
}

/** Undefined for an error of a proxy or another server: its status is enough. */
const errorCode = (body: string): string | undefined =>
  errorSchema.safeParse(jsonOrNothing(body)).data?.error_code
