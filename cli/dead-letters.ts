/** How commands speak of dead letters: what each holds, and how its rows can be collected again. */
import { almanacCommand } from '../core/command-name.ts'
import type { DeadLetter } from '../db/spool/folder.ts'
import type { SegmentHead } from '../db/spool/segment.ts'
import { headRowCount, heldBy } from '../db/spool/held.ts'
import { pipelineById } from '../pipelines/index.ts'
import { sentence } from '../wording/sentence.ts'
import { counted } from '../wording/text.ts'

/** ` with 12 rows`, of all heads that can be read; nothing if no row is known. */
export function withRows(letters: readonly DeadLetter[]): string {
  const rows = letters.reduce((sum, { head }) => sum + (head === undefined ? 0 : headRowCount(head)), 0)
  return rows === 0 ? '' : ` with ${counted(rows, 'row')}`
}

/** Its path and reason, and below them what it holds. */
export function deadLetterText({ name, reason, head }: DeadLetter): string {
  const held = head === undefined ? 'nothing says what it holds' : sentence(heldBy(head))
  return `damaged/${name}: ${reason}\n  ${held}`
}

/** What to do about rows that can never be loaded: a line for each pipeline that has some, in the order of the letters. */
export function lostRowsRemedies(letters: readonly DeadLetter[], now = new Date()): string[] {
  const heads = letters.flatMap(({ head }) => (head === undefined || headRowCount(head) === 0 ? [] : [head]))
  const ids = new Set(heads.flatMap(({ pipeline }) => (pipeline === undefined ? [] : [pipeline])))
  return [...ids].map((id) => {
    if (pipelineById(id)?.noBackfill !== undefined)
      return `what cannot be loaded of ${id} cannot be collected again either: its upstreams have only the present`
    const day = oldestDay(
      heads.filter(({ pipeline }) => pipeline === id),
      now,
    )
    const again = `what cannot be loaded of ${id} is collected again by "${almanacCommand(`backfill ${id} --from ${day ?? 'YYYY-MM-DD'} --only-missing`)}"`
    return day === undefined ? `${again}; the day of its oldest row is not known` : again
  })
}

/** Of all rows; undefined if a head lacks it, as those of earlier versions do, or a wrong clock put it into the future. */
function oldestDay(heads: readonly SegmentHead[], now: Date): string | undefined {
  const days = heads.map(({ oldestAt }) => oldestAt?.slice(0, 'YYYY-MM-DD'.length) ?? '')
  const [oldest = ''] = days.sort()
  return oldest === '' || oldest > now.toISOString() ? undefined : oldest
}
