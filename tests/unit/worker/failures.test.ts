/** What an activity threw becomes a failure of a size and text that Temporal and the record take. */
import { ApplicationFailure } from '@temporalio/common'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, expect, it } from 'vitest'
import { temporalFailure } from '../../../worker/failures.ts'

const ROWS = 'secret row '.repeat(100_000)

function failureOf(error: unknown): ApplicationFailure {
  const failure = temporalFailure(error, 1)
  if (failure instanceof ApplicationFailure) return failure
  throw new Error('expected an ApplicationFailure')
}

describe('an error of the database', () => {
  it('without a name of ours says what the server said, without the query and its values', () => {
    const server = Object.assign(new Error('syntax error at or near "selec"'), { code: '42601' })
    const failure = failureOf(new DrizzleQueryError('selec $1', [ROWS], server))
    expect(failure).toMatchObject({ type: 'Unclassified', message: 'Error: syntax error at or near "selec"' })
    expect(failure.cause?.stack).toContain('failures.test.ts')
    const size = [failure, failure.cause].map((each) => `${each?.message ?? ''}${each?.stack ?? ''}`).join('')
    expect(size).not.toContain('secret row')
    expect(size.length).toBeLessThan(10_000)
  })

  it('about a value that its column cannot hold is a conflict, which is not retried', () => {
    const server = Object.assign(new Error('invalid byte sequence for encoding "UTF8": 0x00'), {
      code: '22021',
    })
    const failure = failureOf(new DrizzleQueryError('insert', [ROWS], server))
    expect(failure).toMatchObject({
      type: 'Conflict',
      nonRetryable: true,
      message: 'The database said: invalid byte sequence for encoding "UTF8": 0x00.',
    })
  })
})

it('a defect whose message holds a page of a stranger keeps what a record can hold', () => {
  const { message } = failureOf(new TypeError(`\0\ud800\u001b[2J${'x'.repeat(1_000_000)}`))
  expect(message).toMatch(/^TypeError: ��\uFFFD\[2Jx+…$/)
  expect(message.length).toBeLessThanOrEqual(2_000)
})
