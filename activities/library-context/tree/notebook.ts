/**
 * Notebooks without their outputs: only what the author wrote. Their shape is checked by hand: this is the only place of
 * the program that reads a tree that would need zod, which takes a third of the program's start.
 */
import { valueEnd } from '../../../core/json-bounds.ts'
import { jsonOrNothing } from '../../../core/json-or-nothing.ts'
import { fenced, fencesClosed, plain, readable } from './document-text.ts'

export interface NotebookCell {
  kind: 'markdown' | 'code'
  text: string
}

export interface Notebook {
  path: string
  /** The kernel's language, as a fence names it. */
  language: string
  cells: NotebookCell[]
}

/** Lines and numbers of outputs; an estimate. The largest notebook that is read could hold five times as many, in 300 MB. */
const MAX_VALUES = 1_000_000

const LANGUAGE = /^[A-Za-z][A-Za-z0-9+#-]{0,19}$/

/** Reads a notebook of format 3 or 4. Undefined if the text is not a notebook; cells of another shape are skipped. */
export function notebookOf(path: string, text: string): Notebook | undefined {
  const isTooLarge = valueEnd(text, 0, { maxValues: MAX_VALUES }).excess !== undefined
  const parsed = isTooLarge ? undefined : jsonOrNothing(text)
  const cells = isRecord(parsed) ? cellsIn(parsed) : undefined
  if (!isRecord(parsed) || cells === undefined) return undefined
  const language = kernelLanguage(parsed['metadata'])?.toLowerCase() ?? 'python'
  return { path, language: LANGUAGE.test(language) ? language : 'text', cells: cells.flatMap(cellOf) }
}

/** Cells of format 4, or of the worksheets of format 3, which old repositories still have. */
function cellsIn({ cells, worksheets }: Record<string, unknown>): unknown[] | undefined {
  const sheets = worksheets === undefined ? [] : cellsOfSheets(worksheets)
  if (sheets === undefined) return undefined
  if (cells !== undefined) return Array.isArray(cells) ? cells : undefined
  return worksheets === undefined ? undefined : sheets
}

function cellsOfSheets(worksheets: unknown): unknown[] | undefined {
  if (!Array.isArray(worksheets)) return undefined
  const sheets = worksheets.map((sheet: unknown) => (isRecord(sheet) ? sheet['cells'] : undefined))
  return sheets.every((one) => Array.isArray(one)) ? sheets.flat() : undefined
}

function kernelLanguage(metadata: unknown): string | undefined {
  const kernel = isRecord(metadata) ? metadata['kernelspec'] : undefined
  const language = isRecord(kernel) ? kernel['language'] : undefined
  return typeof language === 'string' ? language : undefined
}

function cellOf(cell: unknown): NotebookCell[] {
  if (!isRecord(cell)) return []
  const { cell_type: type, source, input } = cell
  if (!isTextOrNothing(source) || !isTextOrNothing(input)) return []
  const said = source ?? input ?? ''
  const text = readable(plain(typeof said === 'string' ? said : said.join('')))
  if (text === '') return []
  if (type === 'code') return [{ kind: 'code', text }]
  return type === 'markdown' || type === 'heading' ? [{ kind: 'markdown', text }] : []
}

/** A text is one string, or a list of its lines. */
function isTextOrNothing(value: unknown): value is string | string[] | undefined {
  if (value === undefined || typeof value === 'string') return true
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The cells as markdown, code in fences. */
export function notebookMarkdown({ cells, language }: Notebook): string {
  return cells
    .map(({ kind, text }) => (kind === 'code' ? fenced(text, language) : fencesClosed(text)))
    .join('\n\n')
}
