/** Reads segments for the drain, in groups: one commit for a handful of small ones takes half the time. */
import { sentenceOf } from '../../core/failures.ts'
import { readSegment } from './folder.ts'
import { DamagedSegment, rowCount, unpackSegment, type Segment } from './segment.ts'

/** A segment as it was found. */
export type Loaded =
  | { name: string; kind: 'whole'; segment: Segment }
  | { name: string; kind: 'damaged'; reason: string }
  | { name: string; kind: 'gone' }
  | { name: string; kind: 'unreadable'; reason: string }

/** A group is as large as a statement of the writer; a stop waits for one. */
const GROUP_ROWS = 5_000
const GROUP_SEGMENTS = 100

/**
 * Reads the segments with these names, in order, group by group. Never rejects, since nothing may be awaiting it yet.
 */
export async function* loadGroups(folder: string, names: readonly string[]): AsyncGenerator<Loaded[]> {
  let group: Loaded[] = []
  let rows = 0
  for (const name of names) {
    const loaded = await load(folder, name)
    const more = weight(loaded)
    if (group.length > 0 && (rows + more > GROUP_ROWS || group.length >= GROUP_SEGMENTS)) {
      yield group
      group = []
      rows = 0
    }
    group.push(loaded)
    rows += more
  }
  if (group.length > 0) yield group
}

/** A body weighs about as much as this many rows: bodies are what makes a call large. */
const BODY_ROWS = 1_000

function weight(loaded: Loaded): number {
  if (loaded.kind !== 'whole' || loaded.segment.kind !== 'rows') return 1
  return rowCount(loaded.segment) + (loaded.segment.options.raw?.length ?? 0) * BODY_ROWS
}

async function load(folder: string, name: string): Promise<Loaded> {
  try {
    const bytes = readSegment(folder, name)
    if (bytes === undefined) return { name, kind: 'gone' }
    return { name, kind: 'whole', segment: await unpackSegment(bytes) }
  } catch (error) {
    if (error instanceof DamagedSegment) return { name, kind: 'damaged', reason: error.message }
    return { name, kind: 'unreadable', reason: sentenceOf(error) }
  }
}
