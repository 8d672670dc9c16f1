/** A database that hangs counts as unavailable. */
import { describe, expect, it, vi } from 'vitest'
import { withDatabaseRetry } from '../../../db/database-retry.ts'

const { signal } = new AbortController()

describe('a try that is bounded', () => {
  it('an attempt that never ends reports the database as unavailable', async () => {
    const hanging = () => new Promise<never>(() => undefined)
    await expect(withDatabaseRetry({ ms: 0, signal, tryMs: 20 }, hanging)).rejects.toMatchObject({
      type: 'DatabaseUnavailable',
      message: 'The database gave no answer within 20 ms. Check its load.',
    })
  })

  it('an attempt that ends in time returns its result', async () => {
    const work = () => Promise.resolve(7)
    await expect(withDatabaseRetry({ ms: 0, signal, tryMs: 60_000 }, work)).resolves.toBe(7)
  })

  it('an attempt that fails for another reason fails for that reason', async () => {
    const work = () => Promise.reject(new RangeError('no such row'))
    await expect(withDatabaseRetry({ ms: 0, signal, tryMs: 60_000 }, work)).rejects.toThrow('no such row')
  })
})

describe('a missing table', () => {
  it('is not asked for again within ten seconds, since each attempt fills the log of PostgreSQL', async () => {
    const missing = Object.assign(new Error('relation "candles" does not exist'), { code: '42P01' })
    const work = vi.fn(() => Promise.reject(missing))
    await expect(withDatabaseRetry({ ms: 10_000, signal }, work)).rejects.toThrow('db migrate')
    expect(work).toHaveBeenCalledTimes(1)
  })
})
