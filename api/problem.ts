/** Errors as problem details (RFC 9457): every answer that is no result has the same shape. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('Name of the status'),
    status: z.int(),
    detail: z.string().describe('What was found, what was expected, and what to do'),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

const MEDIA_TYPE = 'application/problem+json'
export const PROBLEM_JSON = `${MEDIA_TYPE}; charset=utf-8`

/** Thrown by a route: the request cannot be answered. */
export class RequestProblem extends Error {
  override name = 'RequestProblem'
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, detail: string, { retryAfterSeconds }: { retryAfterSeconds?: number } = {}) {
    super(detail)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The problem of a status, in words. */
export function problemOf(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
}

/** Statuses that a route declares, beside its result. */
export const problems = (...statuses: number[]): Record<number, typeof answer> =>
  Object.fromEntries(
    statuses.map((status) => [status, { ...answer, description: STATUS_CODES[status] ?? 'Error' }]),
  )

const answer = { description: 'Error', content: { [MEDIA_TYPE]: { schema: problemSchema } } }
