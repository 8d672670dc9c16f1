/** The lines of `data/matches.csv`, all at once. */
import { readMatchesCsv, type MatchLine } from '../../../activities/match-results/matches-csv.ts'

export async function linesOfFile(dataDir: string): Promise<MatchLine[]> {
  const lines: MatchLine[] = []
  for await (const line of readMatchesCsv(dataDir)) lines.push(line)
  return lines
}
