/** The checks of stored rows at the end of a run. */
import { CHECKS, isSpooled, lacking, NOTHING, type RunEnding } from '../core/run-outcome.ts'
import type { RunIdentity } from '../core/run.ts'
import type { Database } from '../db/database.ts'
import { lookAtTables, storeResults } from '../db/queries/checks.ts'
import { reason } from '../wording/reason.ts'

/**
 * Looks at the tables of a run's pipeline by the checks declared beside them, and stores what came of each. Returns the
 * ending: partial if some rows break one. A run that collected nothing leaves the tables as they were, and one with rows in
 * the spool is checked when these are loaded.
 */
export async function withChecks(db: Database, run: RunIdentity, ending: RunEnding): Promise<RunEnding> {
  if (!HAS_ROWS.includes(ending.outcome) || isSpooled(ending.counts)) return ending
  const looks = await lookAtTables(db, run.pipeline)
  if (looks.length === 0) return ending
  const results = looks.map(({ table, name, means, found, of }) => ({
    table,
    name,
    subject: '',
    passed: found === 0,
    found,
    finding: found === 0 ? null : reason('breach', { table, means, found, of }),
  }))
  await storeResults(db, run, results)
  const why = results.flatMap(({ finding }) => finding ?? [])
  if (why.length === 0) return ending
  const counts = { [CHECKS]: { ...NOTHING, outcome: 'partial' as const }, ...ending.counts }
  return lacking({ ...ending, counts }, CHECKS, why)
}

const HAS_ROWS = ['complete', 'partial']
