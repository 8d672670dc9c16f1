import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { runs } from '../../../support/property-runs.ts'
import { csvReader, type CsvRecord, type Line } from '../../../../system/read-csv/csv-lines.ts'
import { linesIn } from '../../../../system/read-csv/text-lines.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const folder = mkdtempSync(join(tmpdir(), 'almanac-csv-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const path = join(folder, 'file.csv')

const linesOf = (file: string) =>
  csvReader({ path: file, encoding: 'utf-8', delimiter: ',' })(() => undefined)

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

  it('a quote that is not closed costs its own line alone', async () => {
    const problem = 'a value begins with a quote that is not closed: remove the quote'
    expect(await read('a,b\n1,2\n3,"4\n5,6\n')).toEqual([
      { line: 2, value: { a: '1', b: '2' } },
      { line: 3, problem },
      { line: 4, value: { a: '5', b: '6' } },
    ])
    // The next quote neither closes it nor swallows anything.
    expect(await read('a,b,c\n1,"x,2\n3,y,4\n5,"z",6\n7,"v"" w,8\n9,u",10\n')).toEqual([
      { line: 2, problem },
      { line: 3, value: { a: '3', b: 'y', c: '4' } },
      { line: 4, value: { a: '5', b: 'z', c: '6' } },
      { line: 5, problem },
      { line: 6, value: { a: '9', b: 'u"', c: '10' } },
    ])
  })

  it('keeps a value of several lines, whatever ends them', async () => {
    expect(await read('a,b\r\n1,"x\r\n\r\ny, ""z"""\r\n2,"\ru"\r3,w')).toEqual([
      { line: 4, value: { a: '1', b: 'x\r\n\r\ny, "z"' } },
      { line: 6, value: { a: '2', b: '\ru' } },
      { line: 7, value: { a: '3', b: 'w' } },
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
          // Each line that holds anything is part of a record or of a problem.
          const { number = 1 } = { number: lines.at(-1)?.line }
          const told = text.split(/\r\n|\n|\r/)
          expect(told.slice(number - 1).join('')).toBe('')
        },
      ),
      runs(100),
    )
  })

  it('reads the same from pieces of any size', async () => {
    const text = 'a,b\r\n1,"x\r\ny"\r2,z\n\n3,'
    const whole = await read(text)
    expect(whole).toHaveLength(3)
    for (let size = 1; size < text.length; size++) {
      const pieces = Readable.from(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
      const lines: string[] = []
      for await (const line of linesIn(pieces as AsyncIterable<string>)) lines.push(line.text)
      expect(lines).toEqual(['a,b', '1,"x', 'y"', '2,z', '', '3,'])
    }
  })

  it('fails if the CSV file cannot be read', async () => {
    await expect(linesOf(join(folder, 'absent.csv')).next()).rejects.toThrow(/ENOENT/)
  })
})
