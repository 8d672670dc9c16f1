/** Which of the importable files a file is, by its first line. */
import { WrongUsage } from '../../../core/failures.ts'
import { columnNames, headerOf, readHead } from '../../import/csv-head.ts'

/** Columns by which a CSV file is recognised, in any order and among others. */
const CSV_KINDS = {
  daily_stats: ['date', 'platform', 'total_downloads'],
  version_stats: ['date', 'platform', 'version_name', 'downloads'],
  modpack_stats: ['date', 'platform', 'modpack_name', 'modpack_slug', 'downloads'],
  modpacks: ['id', 'name', 'slug', 'downloads', 'link'],
} as const

export type CsvKind = keyof typeof CSV_KINDS
/** `scraped` is the JSON list of modpacks that the old scraper kept. */
export type FileKind = CsvKind | 'scraped'

/** Recognises a file by the beginning of its text; undefined where it is none of ours. */
export function kindOf(head: string): FileKind | undefined {
  if (/^\uFEFF?\s*[[{]/.test(head)) return 'scraped'
  const columns = new Set(columnNames(headerOf(head)))
  const kinds = Object.entries(CSV_KINDS) as [CsvKind, readonly string[]][]
  return kinds.find(([, needed]) => needed.every((name) => columns.has(name)))?.[0]
}

/** Recognises a file; throws `WrongUsage` where it cannot be read or is none of ours. */
export function recogniseFile(path: string): FileKind {
  const head = readHead(path)
  const kind = kindOf(head)
  if (kind !== undefined) return kind
  const expected = Object.entries(CSV_KINDS).map(([name, columns]) => `  ${columns.join(',')}  (${name})`)
  const found = headerOf(head).join(',').slice(0, 200)
  throw new WrongUsage(
    `${path}: the first line is "${found}"; expected a header line with at least the columns of one of\n` +
      `${expected.join('\n')}\nor a JSON list of modpacks with name, slug and legacy_url.`,
  )
}
