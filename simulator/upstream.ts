/** What every simulated upstream is: a prefix and a function from a request to a whole response. */
import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'

/** A fault that was validated: its kind and the fields of that kind. */
export interface AnyFault {
  kind: string
  times?: number | undefined
  match?: string | undefined
  [field: string]: unknown
}

/** A kind of fault that only some upstreams have. */
export interface OwnFault {
  kind: string
  schema: z.ZodObject
  /** The response in place of the true one. Without: the upstream itself handles `fault` of the request. */
  reply?: ((fault: AnyFault) => Reply) | undefined
}

/** A request as one upstream sees it: the prefix is cut off, the body is read. */
export interface SimulatedRequest {
  method: string
  /** Decoded path after the prefix, `/v2/project/createnuclear`. */
  path: string
  query: URLSearchParams
  /** Path and query as sent, after the prefix. */
  url: string
  headers: IncomingHttpHeaders
  body: string
  /** The body as it came, for what is no text. */
  bytes: Buffer
  /** Address of the client: rate limits count per client. */
  client: string
  /** The fault in force, for kinds that only the upstream itself can play. */
  fault: AnyFault | undefined
}

/** A whole response, before it is sent; a git server's is no text. */
export interface Reply<Body extends string | Buffer = string> {
  status: number
  headers: Record<string, string>
  body: Body
}

/** A response of any upstream. */
export type AnyReply = Reply<string | Buffer>

/** Refusals that name a delay, by shape. */
export type Refusals = Readonly<Record<string, (seconds: number) => Reply>>

/** One outside service. `name` is the key of its faults and its requests. */
export interface Upstream {
  name: string
  /** First part of the path, with its slash. */
  prefix: string
  answer(request: SimulatedRequest): AnyReply | Promise<AnyReply>
  faults?: readonly OwnFault[]
  /** How it refuses for too many requests: shapes of the fault `rate-limited`, for other upstreams as well. */
  refusals?: Refusals
}

/** A JSON response. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

/** An HTML response. */
export function html(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8', ...headers }, body }
}

/** A response without a body. */
export function bare(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: '' }
}
