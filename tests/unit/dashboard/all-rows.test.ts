/** Whole data sets and periods, as the page asks for them. */
import { Readable } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { allRows } from '../../../dashboard/all-rows.ts'
import { firstDayOf, period } from '../../../dashboard/period.ts'

const piecesOf = (...pieces: string[]) => Readable.from(pieces) as AsyncIterable<string>

describe('all rows of a data set', () => {
  const asked: string[] = []
  const read = {
    json: (address: string) => {
      asked.push(address)
      return Promise.resolve({ rows: [{ n: 3 }], next: 'p2' })
    },
    pieces: (address: string) => {
      asked.push(address)
      return piecesOf('{"n":', '2}', '\n{"n":1}\n{"n":0', '}\n')
    },
  }
  beforeEach(() => {
    asked.splice(0)
  })

  it('come in one request, in order, however it is cut into pieces', async () => {
    expect(await allRows('/x', { mod: 'a' }, read)).toEqual([{ n: 2 }, { n: 1 }, { n: 0 }])
    expect(asked).toEqual(['/x/export?mod=a&format=ndjson'])
  })

  it('are the newest if only some are wanted', async () => {
    expect(await allRows('/x', {}, read, 8_760)).toHaveLength(3)
    expect(await allRows('/x', {}, read, 1)).toEqual([{ n: 3 }])
    expect(asked).toEqual(['/x/export?format=ndjson', '/x?limit=1'])
  })

  it('are none if the file is empty', async () => {
    expect(await allRows('/x', {}, { ...read, pieces: () => piecesOf() })).toEqual([])
  })
})

it('a period of seven days begins six days ago, in UTC', () => {
  const now = Date.parse('2026-03-01T00:30:00+02:00')
  expect(firstDayOf('7', now)).toBe('2026-02-22')
  expect(firstDayOf('all', now)).toBeUndefined()
})

it('a period that is not offered is 90 days', () => {
  expect(period.parse('8')).toBe('90')
  expect(period.parse('all')).toBe('all')
})
