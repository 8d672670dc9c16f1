/** The files of match-results: those of the old collector, dumps of its table, and our own. */
import { WrongUsage } from '../../../core/failures.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { csvReader } from '../../../system/read-csv/csv-lines.ts'
import type { FileStart } from '../../../system/read-csv/file-start.ts'
import type { FileImport, ImportKind } from '../../import/import-files.ts'
import { importRows } from '../../import/import-rows.ts'
import { matchColumns, matchLines } from './match-lines.ts'
import { storeMatches, type MatchTarget } from './store-matches.ts'

/** Columns of the document's `matches.csv` and of the old table. */
const COLUMNS = ['timestamp_utc', 'event_id', 'league', 'team1', 'team2', 'score1', 'score2', 'status']

/** Columns that only ORACXPRED-ONE's table `collected_matches` has. */
const SIMULATED = ['unique_match_id', 'equipe_domicile', 'equipe_exterieur']

/** The kinds, for an import at `now`. */
export const matchKinds = (now: Date): ImportKind<MatchTarget>[] => [
  {
    name: 'collected_matches',
    recognises: ({ columns }) => SIMULATED.some((name) => columns.includes(name)),
    plan: ({ path }) => {
      throw new WrongUsage(
        `${path} is the table collected_matches of ORACXPRED-ONE: its collector invents teams and scores by default, so it is not imported.`,
      )
    },
  },
  // Our own file: what it calls confirmed is, and its odds are those before the start.
  {
    name: 'matches with confidence',
    columns: [...COLUMNS, 'confidence'],
    reads: ({ notation }) => matchColumns(now, notation),
    plan: (file) => matchImport(file, now, true),
  },
  {
    name: 'matches',
    columns: COLUMNS,
    reads: ({ notation }) => matchColumns(now, notation),
    plan: (file) => matchImport(file, now, false),
  },
]

/** How sure the matches of a file are. */
type Tally = Record<'confirmed' | 'last-seen' | 'none', number>

const matchImport =
  (file: FileStart, now: Date, isOurs: boolean): FileImport<MatchTarget> =>
  async (target, task) => {
    const parse = matchLines(now, { isOurs, notation: file.notation })
    const tally: Tally = { confirmed: 0, 'last-seen': 0, none: 0 }
    let contradictions: { reason: string; row: unknown }[] = []
    const keepContradictions = async () => {
      const { db, retryBudget, runId } = target
      const rejected = contradictions.map((one) => ({ source: runId, ...one }))
      contradictions = []
      if (rejected.length > 0) await writeRows(db, {}, { observedAt: now, runId, rejected, retryBudget })
    }
    await importRows(task, {
      read: csvReader(file),
      parse: (record) => {
        const parsed = parse(record)
        if ('row' in parsed) tally[parsed.row.match.confidence ?? 'none']++
        if (!('contradiction' in parsed)) return parsed
        contradictions.push({ reason: parsed.reason, row: parsed.contradiction })
        return { reason: `${parsed.reason}; kept in quarantine` }
      },
      store: async (matches) => {
        await keepContradictions()
        return storeMatches(target, matches)
      },
    })
    task.report.notes.push(...notesOf(tally, isOurs))
  }

function notesOf({ confirmed, 'last-seen': lastSeen, none }: Tally, isOurs: boolean): string[] {
  if (isOurs) return [`lines confirmed: ${confirmed}, last-seen: ${lastSeen}, as the file says`]
  return [
    `lines confirmed: ${confirmed} (their status says that the match was over); last-seen: ${lastSeen} (the old collector ` +
      `stored the score of a match that went on, and nothing says how it ended); without a score: ${none}`,
    'odds of the old collector are those at the end of a match: kept in match_observations, not as odds before the start',
  ]
}
