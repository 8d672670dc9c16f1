/** Requests of the page to the API: JSON in, problems as errors in words. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { Problem } from '../api/problem.ts'
import { reportConnection } from './connection.ts'
import { spokenLanguage } from './language.ts'
import { hearServerTime } from './server-clock.ts'

/** The server answers within half a minute, or says that it cannot; one that hangs never does. */
const ANSWER_MS = 45_000

/** Address of who the reader is to the server. */
export const SESSION = '/api/session'

/** Parameters of an address; undefined and empty ones are left out. */
export type Parameters = Record<string, string | number | undefined>

/** The server answered, but not with what was asked for. */
export class ApiProblem extends Error {
  override name = 'ApiProblem'
  readonly status: number
  /** The server that is away, if that is why. */
  readonly server: Problem['server']

  constructor(status: number, detail: string, server?: Problem['server']) {
    super(detail)
    this.status = status
    this.server = server
  }
}

/** `/api/data/x?limit=5`. */
export function addressOf(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') query.set(name, String(value))
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** The JSON at an address. Throws ApiProblem, or TypeError without a connection. */
export const getJson = async <T>(address: string, signal?: AbortSignal): Promise<T> =>
  (await answer(address, signal === undefined ? {} : { signal })).json() as Promise<T>

/** The text at an address; throws as `getJson` does. */
export const getText = async (address: string, signal?: AbortSignal): Promise<string> =>
  (await answer(address, signal === undefined ? {} : { signal })).text()

/** The text at an address, piece by piece as it comes; throws as `getJson` does. */
export async function* textPieces(address: string, signal?: AbortSignal): AsyncGenerator<string> {
  const { body } = await answer(address, signal === undefined ? {} : { signal })
  if (body === null) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}

/** Asks the server to change something; throws as `getJson` does. Returns what it says, if anything. */
export async function sendJson(
  method: 'POST' | 'DELETE',
  address: string,
  body: object = {},
): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const text = await (await answer(address, { method, headers, body: JSON.stringify(body) })).text()
  return text === '' ? undefined : JSON.parse(text)
}

async function answer(address: string, init: RequestInit): Promise<Response> {
  const response = await request(address, init)
  if (response.ok) return response
  throw await problemIn(response)
}

async function request(address: string, init: RequestInit): Promise<Response> {
  const waiting = new AbortController()
  const patience = setTimeout(() => {
    // As a lost connection.
    waiting.abort(new TypeError('no answer in time'))
  }, ANSWER_MS)
  try {
    const headers = new Headers(init.headers)
    headers.set('accept-language', spokenLanguage())
    const signal = init.signal ? AbortSignal.any([init.signal, waiting.signal]) : waiting.signal
    const response = await fetch(address, { ...init, headers, signal })
    hearServerTime(response.headers.get('date'))
    reportConnection(true)
    return response
  } catch (error) {
    if (error instanceof TypeError) reportConnection(false)
    throw error
  } finally {
    clearTimeout(patience)
  }
}

async function problemIn(response: Response): Promise<ApiProblem> {
  const { status, statusText } = response
  const text = await response.text()
  if (!(response.headers.get('content-type') ?? '').includes('json'))
    return new ApiProblem(status, statusText)
  const { detail, server } = JSON.parse(text) as Partial<Problem>
  return new ApiProblem(status, detail ?? statusText, server)
}

/**
 * What is at an address; asked for again when an event tells of a change that concerns it. `pipeline` owns the address if that
 * does not name it.
 */
export function useApi<T>(path: string, parameters?: Parameters, pipeline?: string): UseQueryResult<T> {
  const address = addressOf(path, parameters)
  return useQuery({
    queryKey: [address],
    queryFn: ({ signal }) => getJson<T>(address, signal),
    meta: { pipeline },
  })
}
