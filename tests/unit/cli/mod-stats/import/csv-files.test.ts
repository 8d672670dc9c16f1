import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { WrongUsage } from '../../../../../core/failures.ts'
import { csvLines, type CsvLine } from '../../../../../cli/import/csv-lines.ts'
import { kindOf, recogniseFile } from '../../../../../cli/mod-stats/import/file-kinds.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const folder = mkdtempSync(join(tmpdir(), 'almanac-csv-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const path = join(folder, 'file.csv')

async function read(text: string | Buffer): Promise<CsvLine[]> {
  writeFileSync(path, text)
  const lines: CsvLine[] = []
  for await (const line of csvLines(path, () => undefined)) lines.push(line)
  return lines.sort((a, b) => a.line - b.line)
}

describe('recognising a file', () => {
  it.each([
    ['id,date,platform,total_downloads,followers,versions_count,created_at\n', 'daily_stats'],
    ['\uFEFFVersion_Name, downloads,"date",platform,extra\r\n1', 'version_stats'],
    ['modpack_slug,modpack_name,downloads,platform,date', 'modpack_stats'],
    ['id,name,slug,downloads,link\n', 'modpacks'],
    [' \n[{"name": "a"}]', 'scraped'],
    ['crypto,timestamp,price\n', undefined],
    ['', undefined],
    ['"open', undefined],
  ])('%j is %s', (head, kind) => {
    expect(kindOf(head)).toBe(kind)
  })

  it('says what was found and which headers are expected', () => {
    writeFileSync(path, 'crypto,timestamp\nbtc,1\n')
    const message = /crypto,timestamp[^]*date,platform,total_downloads[^]*id,name,slug,downloads,link/
    expect(() => recogniseFile(path)).toThrow(message)
    expect(() => recogniseFile(path)).toThrow(WrongUsage)
    expect(() => recogniseFile(join(folder, 'absent.csv'))).toThrow(/absent\.csv cannot be read \(ENOENT\)/)
    expect(() => recogniseFile(folder)).toThrow(/cannot be read \(EISDIR\)/)
  })
})

describe('reading lines', () => {
  it('refuses a file that is not UTF-8, and says what to do', async () => {
    const latin1 = Buffer.from('a,b\n1,termin\u00e9\n2,x\n', 'latin1')
    await expect(read(latin1)).rejects.toThrow(WrongUsage)
    await expect(read(latin1)).rejects.toThrow(/file\.csv is not UTF-8 \(lines 1 to 4\).*Save it as UTF-8/)
    await expect(read(Buffer.from('a\né', 'utf8').subarray(0, -1))).rejects.toThrow(/is not UTF-8 \(line 2\)/)
  })

  it('names the lines that are no records and goes on after them', async () => {
    expect(await read('a,b\n1,2\n3\n4,5,6\n\n7,"x ""y""\nz"\n8,9')).toEqual([
      { line: 2, record: { a: '1', b: '2' } },
      { line: 3, problem: 'the line has another number of values than the header' },
      { line: 4, problem: 'the line has another number of values than the header' },
      { line: 7, record: { a: '7', b: 'x "y"\nz' } },
      { line: 8, record: { a: '8', b: '9' } },
    ])
  })

  it('loses no line to a stray quote', async () => {
    expect(await read('a,b\n1,5" pack\n2,"x"y\n3,4\n')).toHaveLength(3)
  })

  it('tells where a quote that never closes begins', async () => {
    expect(await read('a,b\n1,2\n3,"4\n5,6\n')).toEqual([
      { line: 2, record: { a: '1', b: '2' } },
      { line: 4, problem: 'a quote after line 2 is never closed; nothing from there on could be read' },
    ])
  })

  it('makes of any text lines or named problems', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '7'), { maxLength: 40 })
            .map((p) => p.join('')),
        ),
        async (text) => {
          for (const line of await read(`a,b\n${text}`)) {
            expect(line.line).toBeGreaterThan(1)
            if ('problem' in line) expect(line.problem).not.toBe('')
            else expect(Object.keys(line.record).sort()).toEqual(['a', 'b'])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('fails where the file cannot be read', async () => {
    await expect(csvLines(join(folder, 'absent.csv'), () => undefined).next()).rejects.toThrow(/ENOENT/)
  })
})
