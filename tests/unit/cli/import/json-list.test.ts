import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entriesOf, parseJsonList } from '../../../../cli/import/json-list.ts'
import { Failure } from '../../../../core/failures.ts'

describe('a JSON list', () => {
  it('numbers the entries of a JSON list from 1, with or without a byte order mark', () => {
    for (const text of ['[7, {"a": 1}]', '\uFEFF[7, {"a": 1}]'])
      expect(entriesOf(parseJsonList(text, 'packs.json', 'a list'))).toEqual([
        { line: 1, value: 7 },
        { line: 2, value: { a: 1 } },
      ])
  })

  it.each(['', '[', '{"a": 1}'])('rejects a JSON list that is %j by the name of its file', (text) => {
    expect(() => parseJsonList(text, 'packs.json', 'a list')).toThrow(/^packs\.json .*expected a list/)
  })

  it('reads any text as a list or a named failure', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(parseJsonList(text, 'packs.json', 'a list')).toBeInstanceOf(Array)
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          expect(error).toMatchObject({ type: 'PayloadInvalid' })
        }
      }),
    )
  })
})
