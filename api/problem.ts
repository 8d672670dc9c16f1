/** Errors as problem details (RFC 9457): every answer that is no result has the same shape. */
import { STATUS_CODES } from 'node:http'
import * as z from 'zod'
import { asReason, type Reason } from '../core/reason.ts'
import { sentence } from '../wording/sentence.ts'

/** Servers that can be away. */
export const SERVERS = ['database', 'temporal'] as const
export type ServerName = (typeof SERVERS)[number]

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('Name of the status'),
    status: z.int(),
    detail: z.string().describe('What was found, what was expected, and what to do'),
    server: z.enum(SERVERS).optional().describe('The server that is away'),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

const MEDIA_TYPE = 'application/problem+json'
export const PROBLEM_JSON = `${MEDIA_TYPE}; charset=utf-8`

/** Thrown by a route: the request cannot be answered. */
export class RequestProblem extends Error {
  override name = 'RequestProblem'
  readonly status: number
  /** What is wrong; a text of another program has no other language. */
  readonly reason: Reason
  readonly retryAfterSeconds: number | undefined
  readonly server: ServerName | undefined

  constructor(
    status: number,
    why: Reason | string,
    { retryAfterSeconds, server }: { retryAfterSeconds?: number; server?: ServerName } = {},
  ) {
    const known = asReason(why)
    super(sentence(known))
    this.status = status
    this.reason = known
    this.retryAfterSeconds = retryAfterSeconds
    this.server = server
  }
}

/** The problem of a status, in words. */
export function problemOf(status: number, detail: string, server?: ServerName): Problem {
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, detail, ...(server && { server }) }
}

/** Statuses that a route declares, beside its result. */
export const problems = (...statuses: number[]): Record<number, typeof answer> =>
  Object.fromEntries(
    statuses.map((status) => [status, { ...answer, description: STATUS_CODES[status] ?? 'Error' }]),
  )

const answer = { description: 'Error', content: { [MEDIA_TYPE]: { schema: problemSchema } } }
