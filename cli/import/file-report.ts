/** What an import reports about one file: counts that add up, and the lines that were left out. */

/** Lines reported one by one; of a file that is wrong throughout, the counts say the rest. */
const TOLD_PROBLEMS = 20

export interface FileReport {
  file: string
  /** What the file was recognised as. */
  kind: string
  /** Lines or entries after the header; `read` = `written` + `unchanged` + all of `skipped`. */
  read: number
  /** Rows that were stored or changed. */
  written: number
  /** Rows that are already stored, or that a collected row of the same day outranks. */
  unchanged: number
  /** Lines left out, by reason. */
  skipped: Record<string, number>
  /** Those of `skipped` that are wrong; the others are not needed. */
  refused: number
  /** The first lines that are wrong; `line` is the line in the file, in a JSON list the entry's position from 1. */
  problems: { line: number; reason: string }[]
  /** What else a reader should know. */
  notes: string[]
}

export function newReport(file: string, kind: string): FileReport {
  return { file, kind, read: 0, written: 0, unchanged: 0, skipped: {}, refused: 0, problems: [], notes: [] }
}

/** Counts lines that are left out though nothing is wrong with them. */
export function skip(report: FileReport, reason: string, lines = 1): void {
  if (lines > 0) report.skipped[reason] = (report.skipped[reason] ?? 0) + lines
}

/** Counts a wrong line, and reports it while there are few. `found` is the wrong value. */
export function refuse(report: FileReport, line: number, reason: string, found?: string): void {
  distrust(report, reason, 1)
  if (report.problems.length >= TOLD_PROBLEMS) return
  report.problems.push({ line, reason: found === undefined ? reason : `${reason} (found ${found})` })
}

/** Counts lines that are left out because they are not to be believed. */
export function distrust(report: FileReport, reason: string, lines: number): void {
  skip(report, reason, lines)
  report.refused += lines
}

/** Whether nothing of the file was taken because its lines are wrong. */
export const isRefused = ({ written, unchanged, refused }: FileReport): boolean =>
  written + unchanged === 0 && refused > 0
