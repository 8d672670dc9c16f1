/** What to do about each fault of the database: a server that answers is not to be started. */
import { afterEach, describe, expect, it } from 'vitest'
import { configOf } from '../../../cli/command-context.ts'
import { databaseFailure } from '../../../db/database-failure.ts'
import { nameDatabaseOf } from '../../../db/embedded-log.ts'

afterEach(() => {
  nameDatabaseOf(undefined)
})

const failureOf = (code: string, message = 'refused') =>
  databaseFailure(Object.assign(new Error(message), code === '' ? {} : { code }))

describe('the remedy', () => {
  it.each([
    ['57014', 'a statement that took too long', 'DatabaseUnavailable', 'Ask for less at once'],
    ['53300', 'too many connections', 'DatabaseUnavailable', 'raise max_connections'],
    ['53200', 'no memory', 'DatabaseUnavailable', 'Give the server more memory'],
    [
      '57P01',
      'a shutdown',
      'DatabaseUnavailable',
      'Try again in a moment: the server is starting or stopping',
    ],
    ['57P03', 'a start', 'DatabaseUnavailable', 'Try again in a moment: the server is starting or stopping'],
    ['25006', 'a replica', 'DatabaseUnavailable', 'Let the server accept changes'],
    ['40001', 'a race', 'DatabaseUnavailable', 'Try again: another transaction'],
    ['55P03', 'a lock', 'DatabaseUnavailable', 'Try again: another transaction'],
    ['58030', 'its own disk', 'DatabaseUnavailable', 'See the log of PostgreSQL'],
    ['XX000', 'an internal error', 'DatabaseUnavailable', 'See the log of PostgreSQL'],
    ['42501', 'missing rights', 'Misconfigured', 'Grant the role of DATABASE_URL the rights'],
    ['42P01', 'a missing table', 'DatabaseUnavailable', 'db migrate'],
    ['53100', 'a full disk', 'DiskFull', 'Free space on the database server'],
    ['08006', 'a lost connection', 'DatabaseUnavailable', 'Start PostgreSQL or correct DATABASE_URL'],
    [
      'ECONNREFUSED',
      'nothing that listens',
      'DatabaseUnavailable',
      'Start PostgreSQL or correct DATABASE_URL',
    ],
  ])('%s, of %s, is %s: %s', (code, _what, type, remedy) => {
    const failure = failureOf(code)
    expect(failure?.type).toBe(type)
    expect(failure?.message).toMatch(/^The database said: refused\. /)
    expect(failure?.message).toContain(remedy)
  })

  it.each([
    ['ECONNREFUSED', 'refused. See /state/postgres.log; "./almanac up" starts it.'],
    ['28P01', 'refused. See /state/postgres.log, and whether another server answers at its port.'],
    ['58030', 'refused. See /state/postgres.log: the fault is inside the server.'],
    ['42501', 'refused. Let the role almanac_work own the tables of Almanac.'],
    ['53100', 'refused. Free space on the disk of /state.'],
  ])('%s, of the embedded server, is about that one', (code, remedy) => {
    nameDatabaseOf('/state/postgres.log')
    expect(failureOf(code)?.message).toBe(`The database said: ${remedy}`)
  })

  it('of a command without DATABASE_URL is about the embedded server', () => {
    configOf({ demo: true })
    expect(failureOf('ECONNREFUSED')?.message).toMatch(/See \S+\/demo\/postgres\.log; /)
  })

  it('of a pool without a free connection is to wait, not to start the server', () => {
    const { type, message } = failureOf('', 'timeout exceeded when trying to connect') ?? {}
    expect(type).toBe('DatabaseUnavailable')
    expect(message).toContain('all connections of this process are in use')
  })
})
