/** Notebooks without their outputs: only what the author wrote. */
import { z } from 'zod'
import { valueEnd } from '../../../core/json-bounds.ts'
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

const lines = z.union([z.string(), z.array(z.string())])
/** `input` and `worksheets` are format 3, which old repositories still have; unknown keys are ignored. */
const cell = z.object({ cell_type: z.string(), source: lines.optional(), input: lines.optional() })
const notebook = z.object({
  cells: z.array(z.unknown()).optional(),
  worksheets: z.array(z.object({ cells: z.array(z.unknown()) })).optional(),
  metadata: z
    .object({ kernelspec: z.object({ language: z.string() }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** Lines and numbers of outputs; an estimate. The largest notebook that is read could hold five times as many, in 300 MB. */
const MAX_VALUES = 1_000_000

const LANGUAGE = /^[A-Za-z][A-Za-z0-9+#-]{0,19}$/

/** Reads a notebook of format 3 or 4. Undefined if the text is not a notebook; cells of another shape are skipped. */
export function notebookOf(path: string, text: string): Notebook | undefined {
  const parsed = notebook.safeParse(json(text))
  if (!parsed.success) return undefined
  const { cells, worksheets, metadata } = parsed.data
  const all = cells ?? worksheets?.flatMap((sheet) => sheet.cells)
  if (all === undefined) return undefined
  const language = metadata?.kernelspec?.language.toLowerCase() ?? 'python'
  return { path, language: LANGUAGE.test(language) ? language : 'text', cells: all.flatMap(cellOf) }
}

function json(text: string): unknown {
  if (valueEnd(text, 0, { maxValues: MAX_VALUES }).excess !== undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function cellOf(value: unknown): NotebookCell[] {
  const parsed = cell.safeParse(value)
  if (!parsed.success) return []
  const { cell_type: type, source, input } = parsed.data
  const said = source ?? input ?? ''
  const text = readable(plain(typeof said === 'string' ? said : said.join('')))
  if (text === '') return []
  if (type === 'code') return [{ kind: 'code', text }]
  return type === 'markdown' || type === 'heading' ? [{ kind: 'markdown', text }] : []
}

/** The cells as markdown, code in fences. */
export function notebookMarkdown({ cells, language }: Notebook): string {
  return cells
    .map(({ kind, text }) => (kind === 'code' ? fenced(text, language) : fencesClosed(text)))
    .join('\n\n')
}
