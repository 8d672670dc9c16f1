/** How commands speak of dead letters: what each holds, and how its rows can be collected again. */
import type { Config } from '../config/load-config.ts'
import { DAY_MS } from '../core/durations.ts'
import type { DeadLetter } from '../db/spool/folder.ts'
import { headRowCount, heldBy } from '../db/spool/held.ts'
import { pipelineById } from '../pipelines/index.ts'
import { sentence } from '../wording/sentence.ts'
import { counted } from '../wording/text.ts'
import { almanacCommand } from './doctor/commands.ts'

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
export function lostRowsRemedies(letters: readonly DeadLetter[], config: Pick<Config, 'mode'>): string[] {
  const oldest = new Map<string, number>()
  for (const { head } of letters) {
    if (head?.pipeline === undefined || headRowCount(head) === 0) continue
    const observedMs = Date.parse(head.observedAt)
    oldest.set(head.pipeline, Math.min(observedMs, oldest.get(head.pipeline) ?? observedMs))
  }
  return [...oldest].map(([id, observedMs]) => {
    if (pipelineById(id)?.noBackfill !== undefined)
      return `what cannot be loaded of ${id} cannot be collected again either: its upstreams have only the present`
    // What was observed just after midnight is of the day before.
    const from = new Date(observedMs - DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)
    return `what cannot be loaded of ${id} is collected again by "${almanacCommand(config, `backfill ${id} --from ${from} --only-missing`)}"`
  })
}
