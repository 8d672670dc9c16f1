/** Which of the importable files a file is, by its first line. */
import { WrongUsage } from '../../../core/failures.ts'
import { columnNames, headerOf, readHead } from '../../import/csv-head.ts'

/** A file of matches. */
export interface MatchFile {
  path: string
  kind: 'matches' | 'matches with confidence'
  /** It has our column `confidence`: what it calls confirmed is, and its odds are those before the start. */
  isOurs: boolean
}

/** Columns of the document's `matches.csv` and of the old table, in any order and among others. */
const NEEDED = ['timestamp_utc', 'event_id', 'league', 'team1', 'team2', 'score1', 'score2', 'status']

/** Columns that only ORACXPRED-ONE's table `collected_matches` has. */
const SIMULATED = ['unique_match_id', 'equipe_domicile', 'equipe_exterieur']

/** Letters of a wrong first line that a message shows. */
const SHOWN_CHARS = 200

/** Recognises a file. Throws `WrongUsage` where it cannot be read, is none of ours, or holds invented matches. */
export function recogniseFile(path: string): MatchFile {
  const header = headerOf(readHead(path))
  const columns = new Set(columnNames(header))
  if (SIMULATED.some((name) => columns.has(name)))
    throw new WrongUsage(
      `${path} is the table collected_matches of ORACXPRED-ONE: its collector invents teams and scores unless told otherwise, so nothing of it is taken.`,
    )
  if (!NEEDED.every((name) => columns.has(name)))
    throw new WrongUsage(
      `${path}: the first line is "${header.join(',').slice(0, SHOWN_CHARS)}"; expected a header line with at least the columns\n` +
        `  ${NEEDED.join(',')}\nwith commas: a matches.csv, or the table matches dumped as CSV.`,
    )
  const isOurs = columns.has('confidence')
  return { path, isOurs, kind: isOurs ? 'matches with confidence' : 'matches' }
}
