/** The import of match-results: looks at all files, then stores file after file. */
import type { Config } from '../../../config/load-config.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { newReport, type FileReport } from '../../import/file-report.ts'
import { withDatabase } from '../../import/import-database.ts'
import { importLines, type FileImport } from '../../import/import-lines.ts'
import type { Parsed } from '../../import/line-values.ts'
import { recogniseFile, type MatchFile } from './file-kinds.ts'
import { matchLines, type ImportedMatch } from './match-lines.ts'
import { storeMatches, type MatchTarget } from './store-matches.ts'

/** The run that imported rows name; always the same one, so that a repeated import changes nothing. */
const RUN_ID = 'import-match-results'

export interface MatchResultsImport {
  files: string[]
  /** The time of the import; what was seen later is wrong. */
  now?: Date
  /** Hears how much of a file was read, in bytes. */
  onProgress?: ((file: string, bytes: number, total: number) => void) | undefined
}

/** Imports the files in their order. Throws `WrongUsage`, before anything is written, where one is none of ours. */
export async function importMatchResults(
  config: Config,
  { files, now = new Date(), onProgress }: MatchResultsImport,
): Promise<{ files: FileReport[] }> {
  const recognised = files.map(recogniseFile)
  const feed = config.tracked['match-results'].feed.name
  return withDatabase(config, async (db, patience) => {
    const target = { db, patience, runId: RUN_ID, feed }
    const reports: FileReport[] = []
    for (const file of recognised) {
      const report = newReport(file.path, file.kind)
      const progress = (bytes: number, total: number) => onProgress?.(file.path, bytes, total)
      await importFile(target, { path: file.path, report, onProgress: progress }, file, now)
      reports.push(report)
    }
    return { files: reports }
  })
}

/** How sure the matches of a file are. */
type Tally = Record<'confirmed' | 'last-seen' | 'none', number>

async function importFile(target: MatchTarget, task: FileImport, file: MatchFile, now: Date): Promise<void> {
  const parse = matchLines(now, file.isOurs)
  const tally: Tally = { confirmed: 0, 'last-seen': 0, none: 0 }
  let contradictions: { reason: string; row: unknown }[] = []
  const keepContradictions = async () => {
    if (contradictions.length === 0) return
    const rejected = contradictions.map((one) => ({ source: RUN_ID, ...one }))
    contradictions = []
    const { db, patience, runId } = target
    await writeRows(db, {}, { observedAt: now, runId, rejected, patience })
  }
  await importLines<ImportedMatch>(task, {
    parse: (record): Parsed<ImportedMatch> => {
      const parsed = parse(record)
      if ('row' in parsed) tally[parsed.row.match.confidence ?? 'none']++
      else if ('contradiction' in parsed) {
        contradictions.push({ reason: parsed.reason, row: parsed.contradiction })
        return { reason: `${parsed.reason}; kept in quarantine` }
      }
      return parsed
    },
    store: async (rows) => {
      await keepContradictions()
      return storeMatches(target, rows)
    },
  })
  await keepContradictions()
  task.report.notes.push(...notesOf(tally, file))
}

function notesOf({ confirmed, 'last-seen': lastSeen, none }: Tally, { isOurs }: MatchFile): string[] {
  if (isOurs) return [`lines confirmed: ${confirmed}, last-seen: ${lastSeen}, as the file says`]
  return [
    `lines confirmed: ${confirmed} (their status says that the match was over); last-seen: ${lastSeen} (the old collector ` +
      `stored the score of a match that went on, and nothing says how it ended); without a score: ${none}`,
    'odds of the old collector are those at the end of a match: kept in match_observations, not as odds before the start',
  ]
}
