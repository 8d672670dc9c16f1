/** What a command prints when a server goes away under it. */
import { expect, it } from 'vitest'
import { exitCodeOf } from '../../../cli/exit.ts'
import { explainServerError } from '../../../cli/server-errors.ts'

it('a call that found Temporal gone is told with its address and the remedy, and exits 3', () => {
  const grpc = Object.assign(new Error('14 UNAVAILABLE: connection dropped'), { code: 14 })
  const error = explainServerError(new Error('Failed to describe workflow', { cause: grpc }), false)
  expect(String(error)).toMatch(/Temporal went away at [\w.]+:\d+ during the command; .*: (start|check)/)
  expect(exitCodeOf(error)).toBe(3)
})
