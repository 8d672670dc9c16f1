import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { csvReader, type CsvRecord } from '../../../../cli/import/csv-lines.ts'
import type { Line } from '../../../../cli/import/import-rows.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const folder = mkdtempSync(join(tmpdir(), 'almanac-csv-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const path = join(folder, 'file.csv')

const linesOf = (file: string) => csvReader({ path: file, delimiter: ',' })(() => undefined)

async function read(text: string): Promise<Line<CsvRecord>[]> {
  writeFileSync(path, text)
  const lines: Line<CsvRecord>[] = []
  for await (const line of linesOf(path)) lines.push(line)
  return lines
}

describe('reading the lines of a CSV file', () => {
  it('names the invalid lines of a CSV file, in their order, and continues after them', async () => {
    expect(await read('a,b\n1,2\n3\n4,5,6\n\n7,"x ""y""\nz"\n8,9')).toEqual([
      { line: 2, value: { a: '1', b: '2' } },
      { line: 3, problem: 'the number of values differs from the header' },
      { line: 4, problem: 'the number of values differs from the header' },
      { line: 7, value: { a: '7', b: 'x "y"\nz' } },
      { line: 8, value: { a: '8', b: '9' } },
    ])
  })

  it('a stray quote loses no line of a CSV file', async () => {
    expect(await read('a,b\n1,5" pack\n2,"x"y\n3,4\n')).toHaveLength(3)
  })

  it('reports where an unclosed quote of a CSV file begins', async () => {
    expect(await read('a,b\n1,2\n3,"4\n5,6\n')).toEqual([
      { line: 2, value: { a: '1', b: '2' } },
      { line: 4, problem: 'a quote after line 2 is never closed; nothing from there on could be read' },
    ])
  })

  it('reads any CSV text as lines or named problems', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '7'), { maxLength: 40 })
            .map((p) => p.join('')),
        ),
        async (text) => {
          const lines = await read(`a,b\n${text}`)
          expect(lines.map(({ line }) => line)).toEqual(lines.map(({ line }) => line).sort((a, b) => a - b))
          for (const line of lines) {
            expect(line.line).toBeGreaterThan(1)
            if ('problem' in line) expect(line.problem).not.toBe('')
            else expect(Object.keys(line.value).sort()).toEqual(['a', 'b'])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('fails if the CSV file cannot be read', async () => {
    await expect(linesOf(join(folder, 'absent.csv')).next()).rejects.toThrow(/ENOENT/)
  })
})
