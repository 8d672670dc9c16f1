/** Reads a context file and judges its text as a context that was made here is judged. */
import { readFile, stat } from 'node:fs/promises'
import { judge } from '../../../activities/library-context/quality-gate.ts'
import type { GivenContext } from './context-claims.ts'
import { reason } from '../../../wording/reason.ts'
import { sentence } from '../../../wording/sentence.ts'

/** The largest context seen has 4 MB; no reader could use a part of anything larger than this. */
const MAX_BYTES = 32 * 1024 * 1024

/** A text that passed, with what was measured and the time of its file, or why it is refused. */
export type ReadContext =
  | { markdown: string; measures: Record<string, number>; modifiedAt: Date }
  | { refused: string }

/**
 * Reads one file. Of its library there is neither README nor sources at hand, so that words alone are measured: a
 * title, or a text that says that nothing was found, is still rejected.
 */
export async function readContext({ path, problem }: GivenContext): Promise<ReadContext> {
  if (problem !== undefined) return { refused: problem }
  const found = await bytesOf(path)
  if ('refused' in found) return found
  const markdown = textOf(found.bytes)
  if (markdown === undefined) return { refused: 'is not UTF-8 text' }
  const { passed, reasons, measures } = judge({ markdown, readme: '', symbols: [], sourceWords: 0 })
  return passed
    ? { markdown, measures: { ...measures }, modifiedAt: found.modifiedAt }
    : { refused: sentence(reason('text-refused', { reasons })) }
}

async function bytesOf(path: string): Promise<{ bytes: Buffer; modifiedAt: Date } | { refused: string }> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return { refused: 'is not a file' }
    if (found.size > MAX_BYTES) return { refused: `is larger than ${MAX_BYTES / 1024 / 1024} MB` }
    return { bytes: await readFile(path), modifiedAt: found.mtime }
  } catch (error) {
    // One file that may not be read must not end the import of the others.
    if (error instanceof Error && 'code' in error)
      return { refused: `cannot be read (${String(error.code)})` }
    throw error
  }
}

/** The text of a file; undefined if it is none. PostgreSQL stores no NUL. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
