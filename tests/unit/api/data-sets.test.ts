/** Data sets are declared so that pages, exports and their help can be made from the declaration alone. */
import { describe, expect, it } from 'vitest'
import { ALL_DATA_SETS } from '../../../api/all-data-sets.ts'
import { API_PARTS } from '../../../api/parts.ts'
import { PIPELINES } from '../../../pipelines/index.ts'

const KEBAB_CASE = /^[a-z]+(-[a-z]+)*$/
const SNAKE_CASE = /^[a-z]\w*$/

it('every pipeline has a data set', () => {
  const found = new Set(ALL_DATA_SETS.map(({ pipeline }) => pipeline))
  for (const { id } of PIPELINES) expect(found).toContain(id)
})

it('no two data sets have the same address', () => {
  const addresses = ALL_DATA_SETS.map(({ address }) => address)
  expect(new Set(addresses).size).toBe(addresses.length)
})

describe.each(ALL_DATA_SETS.map((placed) => [placed.address, placed] as const))(
  '%s',
  (_address, { name, set }) => {
    const columns = Object.entries(set.columns)

    it('has a name for addresses and says what a row is', () => {
      expect(name).toMatch(KEBAB_CASE)
      expect(set.row).toMatch(/^(a|an|the) \w/)
    })

    it('says what each column means', () => {
      for (const [column, { meaning, unit }] of columns) {
        expect(column).toMatch(SNAKE_CASE)
        expect(meaning, column).toMatch(/^\S.*[^.\s]$/)
        expect(unit, column).not.toBe('')
      }
    })

    it('is ordered, and selected by time, by columns that it declares', () => {
      expect(set.order.length).toBeGreaterThan(0)
      for (const column of set.order) expect(Object.keys(set.columns)).toContain(column)
      const [first = ''] = set.order
      const isOfTime = ['date', 'time'].includes(set.columns[first]?.type ?? '')
      if (isOfTime) expect(set.time).toBe(first)
      if (set.time !== undefined) expect(['date', 'time']).toContain(set.columns[set.time]?.type)
    })

    it('filters by texts and ids alone', () => {
      for (const [column, { type, isFilter }] of columns)
        if (isFilter === true) expect(['text', 'integer'], column).toContain(type)
    })
  },
)

describe.each(
  PIPELINES.flatMap(({ id }) =>
    API_PARTS[id].expected.map((expected) => [id, expected.dataSet, expected] as const),
  ),
)('%s expects %s', (id, dataSet, expected) => {
  const { by, where = {}, counted } = expected
  const set = API_PARTS[id].dataSets[dataSet]

  it('of a data set that has a time, by columns that it declares', () => {
    expect(set?.time).toBeDefined()
    for (const name of [...(by === undefined ? [] : [by]), ...Object.keys(where)])
      expect(set?.columns[name]?.type, name).toBe('text')
    if (counted !== undefined) expect(set?.columns[counted.column]?.type).toBe('integer')
    expect(expected.lines === undefined).toBe(by === undefined)
  })
})

it('every pipeline expects something, and says whether its past can be collected', () => {
  for (const { id, noBackfill } of PIPELINES) {
    expect(API_PARTS[id].expected, id).not.toEqual([])
    expect(API_PARTS[id].backfiller === undefined, id).toBe(noBackfill !== undefined)
  }
})
