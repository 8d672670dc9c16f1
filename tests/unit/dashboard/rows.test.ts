/** Searching and sorting rows of a table. */
import { describe, expect, it } from 'vitest'
import { matchingRows, type CellValue } from '../../../dashboard/blocks/rows.ts'

const ROWS = [
  { name: 'Géant 10', downloads: 5 },
  { name: 'geant 9', downloads: null },
  { name: 'Other', downloads: 70 },
]
type Row = (typeof ROWS)[number]
const COLUMNS = [
  { key: 'name', value: ({ name }: Row): CellValue => name },
  { key: 'downloads', value: ({ downloads }: Row): CellValue => downloads },
]
const names = (sought: string, key?: string, isDescending = false) =>
  matchingRows(ROWS, COLUMNS, sought, key === undefined ? undefined : { key, isDescending }, 'en').map(
    ({ name }) => name,
  )

describe('the rows of a table', () => {
  it('are found by every word, without accents and case', () => {
    expect(names('GEANT')).toEqual(['Géant 10', 'geant 9'])
    expect(names('10 géant')).toEqual(['Géant 10'])
    expect(names('other 5')).toEqual([])
  })

  it('are sorted by text as people count, and by number; those without a value come last', () => {
    expect(names('', 'name')).toEqual(['geant 9', 'Géant 10', 'Other'])
    expect(names('', 'downloads')).toEqual(['Géant 10', 'Other', 'geant 9'])
    expect(names('', 'downloads', true)).toEqual(['Other', 'Géant 10', 'geant 9'])
  })

  it('keep their order without a sorting', () => {
    expect(names('')).toEqual(ROWS.map(({ name }) => name))
  })
})
