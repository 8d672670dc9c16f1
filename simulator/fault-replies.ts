/** What a fault makes of an answer: another answer, or another way to send it. */
import type { Fault } from './faults.ts'
import { bare, html, json, type Reply } from './upstream.ts'

/** How an answer is sent: whole and at once unless a field says otherwise. */
export interface Delivery {
  /** `null`: the connection ends before any answer. */
  reply: Reply | null
  delayMs?: number
  /** The connection ends after this many bytes of the body. */
  cutAfterBytes?: number
  bytesPerSecond?: number
}

const MAINTENANCE_PAGE = `<!DOCTYPE html>
<html><head><title>We'll be right back</title></head><body><h1>Scheduled maintenance</h1></body></html>
`

const CHALLENGE_PAGE = `<!DOCTYPE html>
<html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow"></head>
<body><h1>www.example.test</h1><p>Checking your browser before accessing the site.</p>
<noscript>Enable JavaScript and cookies to continue</noscript>
<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1"></script>
<p>Performance &amp; security by Cloudflare</p></body></html>
`

/** Applies a fault. `answer` is asked only by the faults that need the true answer. */
export function deliver(fault: Fault | undefined, answer: () => Reply): Delivery {
  switch (fault?.kind) {
    case undefined:
    case 'markup':
      return { reply: answer() }
    case 'status':
      return { reply: { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' } }
    case 'latency':
      return { reply: answer(), delayMs: fault.ms }
    case 'refuse':
      return { reply: null }
    case 'cut': {
      const reply = answer()
      return { reply, cutAfterBytes: fault.afterBytes ?? Math.floor(Buffer.byteLength(reply.body) / 2) }
    }
    case 'truncated-json': {
      const reply = answer()
      return { reply: { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) } }
    }
    case 'html':
      return { reply: html(200, MAINTENANCE_PAGE) }
    case 'challenge':
      return {
        reply: html(fault.status, CHALLENGE_PAGE, { server: 'cloudflare', 'cf-mitigated': 'challenge' }),
      }
    case 'empty':
      return { reply: rewritten(answer(), emptied) }
    case 'rename-field':
      return { reply: rewritten(answer(), (value) => walk(value, fault.from, (held) => [fault.to, held])) }
    case 'wrong-type':
      return {
        reply: rewritten(answer(), (value) => walk(value, fault.field, () => [fault.field, fault.value])),
      }
    case 'slow-drip':
      return { reply: answer(), bytesPerSecond: fault.bytesPerSecond }
    case 'rate-limited':
      return { reply: tooManyRequests(fault.shape, fault.seconds) }
  }
}

type RateLimitShape = Extract<Fault, { kind: 'rate-limited' }>['shape']

function tooManyRequests(shape: RateLimitShape, seconds: number): Reply {
  switch (shape) {
    case 'modrinth':
      return json(
        429,
        {
          error: 'ratelimit_error',
          description: `You are being rate-limited. Please retry after ${seconds * 1000} milliseconds. 0/300 remaining.`,
        },
        { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(seconds) },
      )
    case 'retry-after-seconds':
      return json(429, { error: 'too many requests' }, { 'retry-after': String(seconds) })
    case 'retry-after-date':
      // real time, as the Date header beside it
      return bare(429, { 'retry-after': new Date(Date.now() + seconds * 1000).toUTCString() })
    case 'bare':
      return bare(429)
    case 'html':
      return html(429, '<!DOCTYPE html><title>429 Too Many Requests</title>', {
        'retry-after': String(seconds),
      })
  }
}

/** Changes the value of a JSON answer; any other answer stays as it is. */
function rewritten(reply: Reply, change: (value: unknown) => unknown): Reply {
  if (!(reply.headers['content-type'] ?? '').startsWith('application/json')) return reply
  return { ...reply, body: JSON.stringify(change(JSON.parse(reply.body))) }
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return []
  if (!isRecord(value) || !Array.isArray(value['data'])) return value
  const { pagination } = value
  return isRecord(pagination)
    ? { ...value, data: [], pagination: { ...pagination, resultCount: 0, totalCount: 0 } }
    : { ...value, data: [] }
}

/** Replaces every field called `name`, however deep, by the entry that `change` gives. */
function walk(value: unknown, name: string, change: (held: unknown) => [string, unknown]): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, name, change))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) =>
      key === name ? change(held) : ([key, walk(held, name, change)] as [string, unknown]),
    ),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
