/** The results of a night of library-context, in a few lines for people. */
import { almanacCommand } from '../../core/command-name.ts'
import type { LibraryNight, ListChange } from '../../core/library-context/night-event.ts'
import { duration } from '../output.ts'
import { counted, oneLine, truncateList } from '../../wording/text.ts'

/** Libraries named of those that are new, left or moved. */
const MAX_NAMED = 5
/** Number of failures listed one by one; `almanac libraries` has all. */
const MAX_FAILURES = 10
const MB = 1_000_000

/** The night in lines: the lists, what was made and by whom, what failed and why, what waits. */
export function nightLines(night: LibraryNight): string[] {
  const { lists, made, failed, waiting, unchanged, clonedBytes, seconds } = night
  const effort = `${(clonedBytes / MB).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB cloned`
  return [
    ...lists.map(listLine),
    `contexts made: ${made.length}${madeBy(made)}`,
    ...made
      .flatMap(({ name, note }) => (note === undefined ? [] : [`  ${oneLine(`${name}: ${note}`)}`]))
      .slice(0, MAX_NAMED),
    ...failureLines(failed),
    ...(waiting.length === 0 ? [] : [waitingLine(waiting)]),
    `unchanged: ${unchanged}; ${effort}; the night took ${duration(seconds * 1000)}`,
  ]
}

/** One list: its size, and what has changed in it. */
export function listLine({ domain, date, size, entered, left, moved }: ListChange): string {
  const far = moved.toSorted((a, b) => Math.abs(b.from - b.to) - Math.abs(a.from - a.to) || a.to - b.to)
  const parts = [
    `${counted(size, 'library', 'libraries')} in the list of ${date}`,
    // Of a first list everybody is new.
    ...(entered.length === 0
      ? []
      : [entered.length === size ? 'all new' : `new: ${truncateList(entered, MAX_NAMED)}`]),
    ...(left.length === 0 ? [] : [`left: ${truncateList(left, MAX_NAMED)}`]),
    ...(moved.length === 0
      ? []
      : [
          `moved: ${truncateList(
            far.map(({ library, from, to }) => `${library} ${from} to ${to}`),
            MAX_NAMED,
          )}`,
        ]),
  ]
  return `${domain}: ${parts.join('; ')}`
}

function madeBy(made: LibraryNight['made']): string {
  const counts = new Map<string, number>()
  for (const { engine } of made) counts.set(engine, (counts.get(engine) ?? 0) + 1)
  if (counts.size === 0) return ''
  return ` (${[...counts].map(([engine, count]) => `${engine} ${count}`).join(', ')})`
}

function failureLines(failed: LibraryNight['failed']): string[] {
  if (failed.length === 0) return []
  const others = failed.length - MAX_FAILURES
  return [
    `failed: ${failed.length}`,
    ...failed.slice(0, MAX_FAILURES).map(({ name, reason }) => `  ${oneLine(`${name}: ${reason}`)}`),
    ...(others > 0 ? [`  and ${counted(others, 'other')}; "${almanacCommand('libraries')}" lists all`] : []),
  ]
}

function waitingLine(waiting: LibraryNight['waiting']): string {
  const names = truncateList(
    waiting.map(({ name }) => name),
    MAX_NAMED,
  )
  return `failed before, not retried yet: ${waiting.length} (${names})`
}
