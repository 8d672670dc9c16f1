/** What the page of health makes of the state of the stack. */
import { describe, expect, it } from 'vitest'
import { databaseMark, roomMark, sizeIn, workerMark } from '../../../dashboard/pages/health/state.ts'

describe('the database', () => {
  const database = (applied: number, known: number) => ({
    database: { version: '17.2', bytes: 1, migrations: { applied, known } },
  })

  it.each([
    [{ database: null }, { mark: 'bad' }],
    [database(9, 9), { mark: 'good', says: 'database.is' }],
    [database(8, 9), { mark: 'bad', says: 'database.behind' }],
    [database(10, 9), { mark: 'bad', says: 'database.ahead' }],
  ] as const)('%j is shown as %j', (stack, shown) => {
    expect(databaseMark(stack)).toEqual(shown)
  })
})

describe('the worker', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const temporal = (...polled: (string | null)[]) => ({
    temporal: {
      version: '1.29',
      address: '127.0.0.1:7233',
      workers: polled.map((polled_at) => ({ name: 'w', polled_at })),
    },
  })

  it.each([
    [{ temporal: null }, 'bad'],
    [temporal(), 'warn'],
    [temporal('2026-11-29T11:50:00Z', null), 'warn'],
    [temporal('2026-11-29T11:50:00Z', '2026-11-29T11:59:30Z'), 'good'],
  ] as const)('of %j is %s', (stack, mark) => {
    expect(workerMark(stack, now)).toBe(mark)
  })
})

it('a disk with little room is marked', () => {
  expect((['enough', 'little', 'too little'] as const).map(roomMark)).toEqual(['good', 'warn', 'bad'])
})

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1_500, '1.5 kB'],
  [20_480_000_000, '20.5 GB'],
  [5e15, '5,000 TB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(sizeIn('en-GB', bytes)).toBe(text)
})
