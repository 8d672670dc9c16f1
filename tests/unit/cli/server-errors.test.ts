/** What a command prints when a server goes away under it, or refuses. */
import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'
import { expect, it } from 'vitest'
import { exitCodeOf } from '../../../cli/exit.ts'
import { explainServerError } from '../../../cli/server-errors.ts'

it('a call that found Temporal gone is told with its address and the remedy, and exits 3', () => {
  const grpc = Object.assign(new Error('14 UNAVAILABLE: connection dropped'), { code: 14 })
  const error = explainServerError(new Error('Failed to describe workflow', { cause: grpc }), false)
  expect(String(error)).toMatch(/Temporal went away at [\w.]+:\d+ during the command; .*: (start|check)/)
  expect(exitCodeOf(error)).toBe(3)
})

it('a refusal of Temporal is told with its own words', () => {
  const details = 'namespace is being deleted'
  const grpc = Object.assign(new Error(`9 FAILED_PRECONDITION: ${details}`), { code: 9, details })
  const error = explainServerError(new Error('Failed to describe schedule', { cause: grpc }), true)
  expect(String(error)).toMatch(
    /Failed to describe schedule: Temporal said "namespace is being deleted"\. .*doctor/,
  )
})

it('an embedded database that answers and takes no work is not told as one that was not started', () => {
  const refused = new pg.DatabaseError('sorry, too many clients already', 1, 'error')
  refused.code = '53300'
  const busy = String(explainServerError(new DrizzleQueryError('select', [], refused), true))
  expect(busy).toMatch(
    /on port \d+ takes no work: it said "sorry, too many clients already"\. See .*postgres\.log/,
  )
  const refusedPort = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const gone = String(explainServerError(new DrizzleQueryError('select', [], refusedPort), true))
  expect(gone).toMatch(/does not answer on port \d+; start the stack/)
})
