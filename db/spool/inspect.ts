/** What a segment of the spool holds, for a person: of a damaged one as much as can be read. */
import { findSegment } from './folder.ts'
import { DamagedSegment, readHead, unpackSegment, type Segment } from './segment.ts'

/** So many rows of a table show what it holds. */
const FIRST_ROWS = 5

export interface InspectedSegment {
  name: string
  /** Whether it is a dead letter. */
  isDamaged: boolean
  /** Its head, its first rows, and of its raw payloads where they came from; `damage`: what is wrong with it. */
  content: Record<string, unknown>
}

/** Reads a segment by its name or the beginning of it; returns the names that begin so if there is not exactly one. */
export async function inspectSegment(
  folder: string,
  beginning: string,
): Promise<InspectedSegment | { names: string[] }> {
  const found = findSegment(folder, beginning)
  if ('names' in found) return found
  return { name: found.name, isDamaged: found.isDamaged, content: await contentOf(found.bytes) }
}

async function contentOf(bytes: Buffer): Promise<Record<string, unknown>> {
  try {
    return { head: readHead(bytes), ...firstRows(await unpackSegment(bytes)) }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error
    return { ...headOr(bytes), damage: error.message }
  }
}

function headOr(bytes: Buffer): Record<string, unknown> {
  try {
    return { head: readHead(bytes) }
  } catch (error) {
    if (!(error instanceof DamagedSegment)) throw error
    return {}
  }
}

function firstRows(segment: Segment): Record<string, unknown> {
  if (segment.kind === 'ending') {
    const { run, ending, finishedAt } = segment
    return { run, ending, finishedAt }
  }
  const { rows, options } = segment
  const first = Object.entries(rows).map(([name, all]) => [name, all.slice(0, FIRST_ROWS)] as const)
  const answers = (options.raw ?? []).map(({ source, url, body }) => ({
    source,
    url,
    characters: body.length,
  }))
  return { rows: Object.fromEntries(first), rejected: (options.rejected ?? []).slice(0, FIRST_ROWS), answers }
}
