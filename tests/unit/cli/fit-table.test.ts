import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitTable, shownLength, wrap } from '../../../cli/fit-table.ts'

const HEAD = ['source', 'outcome', 'rows', 'why']
const RED = (text: string) => `\u001b[31m${text}\u001b[39m`
const ROWS = [
  ['modrinth', 'complete', '12', ''],
  ['curseforge', RED('failed'), '0', 'RateLimited: Come back later.\nsuspicious: the list ended after 3'],
]
const lineWidth = (row: readonly string[]) => row.reduce((sum, cell) => sum + shownLength(cell) + 2, -2)

describe('a table', () => {
  it('leaves a table unchanged if it fits, including cells of several lines', () => {
    expect(fitTable(HEAD, ROWS, 80, { below: ['why'], spare: ['rows'] })).toEqual({
      head: HEAD,
      rows: ROWS,
      below: [[], []],
      leftOut: [],
    })
  })

  it('moves a column below each row without room, broken between words, and leaves out what is spare', () => {
    expect(fitTable(HEAD, ROWS, 24, { below: ['why'], spare: ['rows'] })).toEqual({
      head: ['source', 'outcome'],
      rows: [
        ['modrinth', 'complete'],
        ['curseforge', RED('failed')],
      ],
      below: [
        [],
        ['    RateLimited: Come', '    back later.', '    suspicious: the list', '    ended after 3'],
      ],
      leftOut: ['rows'],
    })
  })

  it('leaves out no more than necessary', () => {
    const rows = [['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)]]
    const { head, leftOut } = fitTable(['a', 'b', 'c'], rows, 22, { spare: ['b', 'a'] })
    expect([head, leftOut]).toEqual([['a', 'c'], ['b']])
  })

  it('cuts the widest cells if nothing else can give way, and marks the cut', () => {
    const rows = [
      ['x'.repeat(60), 'short'],
      ['y', 'short'],
    ]
    expect(fitTable(['name', 'state'], rows, 30).rows).toEqual([
      [`${'x'.repeat(22)}…`, 'short'],
      ['y', 'short'],
    ])
  })

  it('fits a table of any cells, unless columns cannot be cut any further, and keeps its rows', () => {
    const cell = fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'é', ' ', '7') })
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns })))
    fc.assert(
      fc.property(table, fc.integer({ min: 80, max: 120 }), (rows, width) => {
        const head = (rows[0] ?? ['a']).map((_, at) => `column ${at}`)
        const fitted = fitTable(head, rows, width)
        expect(fitted.rows).toHaveLength(rows.length)
        const widths = fitted.head.map((name, at) =>
          Math.max(...[name, ...fitted.rows.map((row) => row[at] ?? '')].map(shownLength)),
        )
        expect(lineWidth(widths.map((length) => ' '.repeat(length)))).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe('a text', () => {
  it('breaks a text between words, and keeps a longer word whole', () => {
    expect(wrap('to be or https://example.org/not-to-be at all', 12)).toEqual([
      'to be or',
      'https://example.org/not-to-be',
      'at all',
    ])
    expect(wrap('as it is', Infinity)).toEqual(['as it is'])
  })
})
