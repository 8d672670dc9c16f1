/** The parts of a context: one per file, with their size in tokens. */
import { tokensOf } from './budget.ts'
import { fenced, fencesClosed, shownPath } from './document-text.ts'
import { notebookMarkdown, type Notebook } from './notebook.ts'
import { outlineText } from './outline-text.ts'
import type { SourceFile, TextFile } from './source-tree.ts'

export interface Piece {
  path: string
  /** Markdown with its heading and an empty line at its end. */
  text: string
  tokens: number
}

const DEPTHS = ['names', 'brief', 'whole'] as const

/** Maximum number of outlines of a source. */
export const OUTLINE_SIZES = DEPTHS.length

/** A source in all its sizes. */
export interface SourcePieces {
  path: string
  /** From the smallest to the largest; none for a source without public names. */
  outlines: Piece[]
  whole: Piece
}

export function piece(path: string, body: string): Piece {
  const text = `### ${shownPath(path)}\n\n${body}\n\n`
  return { path, text, tokens: tokensOf(text) }
}

/** Prose as it is, code in a fence. */
export function filePiece({ path, language, text }: TextFile): Piece {
  return piece(path, language === '' ? fencesClosed(text) : fenced(text, language))
}

export function notebookPiece(notebook: Notebook): Piece {
  return piece(notebook.path, notebookMarkdown(notebook))
}

export function sourcePieces(source: SourceFile): SourcePieces {
  const { path, language, outline } = source
  const texts = DEPTHS.map((depth) => (outline === undefined ? undefined : outlineText(outline, depth)))
  const outlines = texts
    .filter((text) => text !== undefined)
    .map((text) => piece(path, fenced(text, language)))
  return { path, outlines, whole: filePiece(source) }
}
