/**
 * The HTTP client of all upstreams: gate, timeout, size cap, and a named failure for every bad response. It never
 * retries: that is up to the activity's caller, except if a client knows better.
 */
import { networkTrouble } from '../core/network-trouble.ts'
import { Failure } from '../core/failures.ts'
import { valueEnd } from '../core/json-bounds.ts'
import { addBudget } from './budgets.ts'
import { countCall } from './calls.ts'
import { isChallenge, looksLikeHtml } from './challenge.ts'
import type { Gate } from './gate.ts'
import { beyondBounds } from './payload.ts'
import { fetchOnHost } from './redirect.ts'
import { refusal, type Exchange } from './refusal.ts'

/** A whole exchange; the largest known responses (4 MB) take seconds, a slow drip takes forever. */
const DEFAULT_TIMEOUT_MS = 30_000

export interface HttpOptions {
  /** Name of the service in messages and in `RawBody.source`, such as 'modrinth'. */
  upstream: string
  /** Scheme, host and path prefix, without a trailing slash. */
  baseUrl: string
  headers: Record<string, string>
  gate: Gate
  /** Name of the limit that the gate counts, if the service has several. */
  quota?: string
  /** Bound of one exchange from the first byte sent to the last received, in milliseconds; waiting at the gate is not counted. */
  timeoutMs?: number
  /** Largest decoded body, in bytes: what the service may send, not what fits into memory. */
  maxBytes: number
  /**
   * Most values of a JSON body, above the largest good one. Parsing holds the event loop, for up to 0.7 µs a value (members
   * whose names all differ). `Infinity` where no body is parsed whole.
   */
  maxValues: number
  /** Default: those of GET requests on the same host are followed. `manual` ones are responses like others. */
  redirect?: 'manual'
}

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT'
  /** Starts with a slash; added to the base URL. */
  path: string
  query?: Record<string, string | number>
  /** Sent as a JSON body. */
  json?: unknown
  /** Sent as it is, as a file's content; instead of `json`. */
  text?: string
  /** An abort throws the signal's own reason, never a `Failure`. */
  signal: AbortSignal
  /** Statuses that are returned instead of thrown. */
  accept?: readonly number[]
  /** Expected type of a good response. Default: JSON. */
  expects?: 'json' | 'html'
}

export interface Answer {
  status: number
  headers: Headers
  /** Decoded text. */
  body: string
  /** Decoded size. */
  bytes: number
  /** Address that answered, without secrets. */
  url: string
  observedAt: Date
}

/** An upstream's body as it came, for storing beside the rows that were made from it. */
export interface RawBody {
  /** The upstream's name. */
  source: string
  /** Address without secrets. */
  url: string
  body: string
  observedAt: Date
}

export interface Http {
  /**
   * One request. Throws `RateLimited`, `UpstreamUnavailable`, `CredentialsRejected`, `Blocked`, `NotFound`,
   * `UpstreamRejected` by status (see `refusal.ts`), `PayloadInvalid` for a body too large, one of too many values or
   * levels, or a web page where JSON was expected.
   */
  request: (request: HttpRequest) => Promise<Answer>
}

/** Percent-encoding as it goes on the wire: fetch also encodes the apostrophe, which counts where lengths are bounded. */
export const encodeQuery = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27')

/** The raw body of an answer, as the callers store it. */
export const rawBody = (source: string, answer: Answer): RawBody => ({
  source,
  url: answer.url,
  body: answer.body,
  observedAt: answer.observedAt,
})

/** An HTTP client of one upstream. Throws `Misconfigured` for a base URL or header that cannot be sent. */
export function createHttp(options: HttpOptions): Http {
  const base = checkedBase(options)
  const headers = checkedHeaders(options)
  const { upstream: client, quota = '', gate } = options
  addBudget({ client, quota, heard: gate.heard })

  const exchange = async (request: HttpRequest): Promise<Answer> => {
    const method = request.method ?? 'GET'
    const url = addressOf(base, request)
    const what: Exchange = { upstream: options.upstream, method, path: new URL(url).pathname }
    const sent = new Headers(headers)
    sent.set('accept', request.expects === 'html' ? 'text/html' : 'application/json')
    if (request.json !== undefined) sent.set('content-type', 'application/json')
    const body = request.json === undefined ? (request.text ?? null) : JSON.stringify(request.json)
    const follows = method === 'GET' && options.redirect !== 'manual'
    const startedAt = performance.now()
    const ended = (status: string) => {
      countCall({ client, quota, status, ms: performance.now() - startedAt })
    }
    const timed: Timed = { ...what, ended }
    const answer = await within(
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      request.signal,
      timed,
      async (signal) => {
        const init: RequestInit = { method, headers: sent, body, signal, redirect: 'manual' }
        const { response, url: answered } = follows
          ? await fetchOnHost(url, init, what)
          : { response: await fetch(url, init), url }
        options.gate.observe(response.headers, response.status)
        const read = await readBody(response, options.maxBytes, what)
        return {
          status: response.status,
          headers: response.headers,
          ...read,
          url: withoutSecrets(answered),
          observedAt: new Date(),
        }
      },
    )
    ended(String(answer.status))
    refuseBeyond(options.maxValues, answer.body, what, answer.status)
    return answer
  }

  return {
    request: async (request) => {
      const leave = await options.gate.wait(request.signal)
      try {
        return judged(await exchange(request), request, options.upstream)
      } finally {
        leave()
      }
    },
  }
}

function judged(answer: Answer, request: HttpRequest, upstream: string): Answer {
  const what: Exchange = { upstream, method: request.method ?? 'GET', path: new URL(answer.url).pathname }
  const html = looksLikeHtml(answer.headers, answer.body)
  const good = answer.status >= 200 && answer.status < 300
  // A requested page is judged by its parser: a project's name may hold a challenge's words.
  if (good && (request.expects === 'html' || !html)) return answer
  if (isChallenge(answer.headers, answer.body)) throw refusal(what, answer, 'blocked')
  if (request.accept?.includes(answer.status) === true) return answer
  throw refusal(what, answer, good ? 'page' : 'status')
}

/** An exchange, and who counts it: with the status of the answer, or why there is none. */
interface Timed extends Exchange {
  ended: (status: string) => void
}

/**
 * Runs one exchange under a deadline. The caller's abort keeps its reason, and is not counted; every other fault is
 * `UpstreamUnavailable`.
 */
async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  { ended, ...what }: Timed,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const abort = (): void => {
    controller.abort()
  }
  const timer = setTimeout(abort, timeoutMs)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await run(controller.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) {
      ended(String(error.details['status']))
      throw error
    }
    ended(controller.signal.aborted ? 'timeout' : 'broken')
    const found = controller.signal.aborted
      ? `gave no complete answer within ${timeoutMs} ms`
      : `broke off: ${networkReason(error)}`
    throw new Failure('UpstreamUnavailable', `${what.upstream} ${what.method} ${what.path} ${found}.`, {
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** fetch says only "fetch failed" or "terminated"; the cause says why. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? networkTrouble(error.cause) : error.message
}

async function readBody(
  response: Response,
  maxBytes: number,
  what: Exchange,
): Promise<{ body: string; bytes: number }> {
  const decoder = new TextDecoder()
  let body = ''
  let bytes = 0
  // The loop cancels the stream, and with it the connection, when it throws.
  for await (const chunk of (response.body as ReadableStream<Uint8Array> | null) ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      const message = `${what.upstream} ${what.method} ${what.path} answered more than ${maxBytes} bytes; expected less: check the address or raise the cap.`
      throw new Failure('PayloadInvalid', message, { details: { status: response.status } })
    }
    body += decoder.decode(chunk, { stream: true })
  }
  return { body: body + decoder.decode(), bytes }
}

/** By its first character, since refusals are parsed as well, and those of a proxy are text. */
function refuseBeyond(maxValues: number, body: string, what: Exchange, status: number): void {
  if (maxValues === Infinity || !/^\s*[[{]/.test(body)) return
  const { excess } = valueEnd(body, 0, { maxValues })
  if (excess === undefined) return
  throw beyondBounds(`${what.upstream} ${what.method} ${what.path}`, excess, { status })
}

const addressOf = (base: string, { path, query }: HttpRequest): string => {
  const text = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeQuery(name)}=${encodeQuery(String(value))}`,
  )
  return text.length === 0 ? base + path : `${base}${path}?${text.join('&')}`
}

function withoutSecrets(address: string): string {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  for (const name of [...url.searchParams.keys()]) {
    if (/key|token|secret|signature/i.test(name)) url.searchParams.delete(name)
  }
  return url.href
}

function checkedBase({ upstream, baseUrl }: HttpOptions): string {
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new Failure(
      'Misconfigured',
      `The base URL of ${upstream} is not an http(s) address: correct the setting.`,
    )
  }
  return baseUrl.replace(/(?<!\/)\/+$/, '')
}

function checkedHeaders({ upstream, headers }: HttpOptions): Headers {
  for (const [name, value] of Object.entries(headers)) {
    // fetch's own error would print the value, which may be a key.
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw new Failure(
        'Misconfigured',
        `The ${name} header of ${upstream} holds a character that no header may: correct the setting.`,
      )
    }
  }
  return new Headers(headers)
}
