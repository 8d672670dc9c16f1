/** Data sets are declared so that pages, exports and their help can be made from the declaration alone. */
import { describe, expect, it } from 'vitest'
import { ALL_DATA_SETS } from '../../../api/all-data-sets.ts'
import type { DataSets } from '../../../api/data-set.ts'
import { SHARED_IN_FRENCH } from '../../../api/french.ts'
import type { DataSetsInFrench } from '../../../api/in-french.ts'
import { API_PARTS } from '../../../api/parts.ts'
import { SHARED_DATA_SETS } from '../../../api/shared-data-sets.ts'
import { PIPELINES, type PipelineId } from '../../../pipelines/index.ts'

const KEBAB_CASE = /^[a-z]+(-[a-z]+)*$/
const SNAKE_CASE = /^[a-z]\w*$/

/** Units that are written alike in every language. */
const SYMBOLS = ['%', 's']

/** The French table of a data set as it stands, without what is taken from English. */
const textsOf = (name: string, pipeline: PipelineId | undefined) => {
  const { sets }: DataSetsInFrench = pipeline === undefined ? SHARED_IN_FRENCH : API_PARTS[pipeline].inFrench
  return sets[name]
}

it('every pipeline has a data set', () => {
  const found = new Set(ALL_DATA_SETS.map(({ pipeline }) => pipeline))
  for (const { id } of PIPELINES) expect(found).toContain(id)
})

it('no two data sets have the same address', () => {
  const addresses = ALL_DATA_SETS.map(({ address }) => address)
  expect(new Set(addresses).size).toBe(addresses.length)
})

describe.each(ALL_DATA_SETS.map((placed) => [placed.address, placed] as const))('%s', (_address, placed) => {
  const { name, set, pipeline } = placed
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

  it('says all of it in French, too', () => {
    const texts = textsOf(name, pipeline)
    expect(Object.keys(texts?.columns ?? {}).toSorted(), 'columns').toEqual(
      Object.keys(set.columns).toSorted(),
    )
    const french = placed.in.fr
    expect(french.row).toMatch(/^(un|une|le|la|les) \w|^l’\w/)
    for (const [column, { meaning, unit }] of columns) {
      expect(french.columns[column]?.meaning, `French of ${column}`).not.toBe(meaning)
      expect(french.columns[column]?.meaning, column).toMatch(/^\S.*[^.\s]$/u)
      if (unit !== undefined && !SYMBOLS.includes(unit))
        expect(french.columns[column]?.unit, `French unit of ${column}, "${unit}"`).not.toBe(unit)
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
})

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

it('no French text is left of a data set or a unit that is gone', () => {
  const tables: [DataSetsInFrench, DataSets][] = [
    [SHARED_IN_FRENCH, SHARED_DATA_SETS],
    ...PIPELINES.map(({ id }): [DataSetsInFrench, DataSets] => [
      API_PARTS[id].inFrench,
      API_PARTS[id].dataSets,
    ]),
  ]
  const used = new Set(
    ALL_DATA_SETS.flatMap(({ set }) => Object.values(set.columns).map(({ unit }) => unit ?? '')),
  )
  for (const [{ sets, units }, declared] of tables) {
    expect(Object.keys(sets).toSorted()).toEqual(Object.keys(declared).toSorted())
    for (const unit of Object.keys(units)) expect([...used]).toContain(unit)
  }
})
