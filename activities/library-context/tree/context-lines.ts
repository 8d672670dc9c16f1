/**
 * The lines of a context about itself: its head, and at its end what is not in it. The quality gate does not count
 * them.
 */
import { shownPath } from './document-text.ts'
import type { Skipped } from './walk.ts'

export interface ContextHead {
  /** The library's short name. */
  name: string
  /** `Owner/Name`. */
  fullName: string
  /** The commit of the tree. */
  commit: string
  /** The engine of the context, with its version if it has one. */
  engine: string
  mode: string
  /** The time as it is shown: nothing here reads a clock. */
  date: string
}

/** Maximum number of paths that are listed; the rest is counted. */
const MAX_PATHS = 60
const MAX_REASONS = 8
/** Longer paths are shown by their end. */
const PATH_CHARACTERS = 100

/** Prefix of each line: the quality gate skips these. */
export const OWN_LINES = [
  '- Repository: ',
  '- Commit: ',
  '- Made by: ',
  '- Made at: ',
  'Left out for size',
  'Shown by their outline only',
  'Not read',
  'The rest was cut for size',
] as const

/**
 * Title of the last section. A licence and a change log do not explain how to use a library: the quality gate counts
 * nothing from this line on; otherwise a README with a licence would pass.
 */
export const NOTES_TITLE = 'Notes of the project: changes, licence, contributing'

export const CUT_LINE = '\n\nThe rest was cut for size.'

/** Title and facts. */
export function headText({ name, fullName, commit, engine, mode, date }: ContextHead): string {
  return [
    `# ${name}`,
    '',
    `- Repository: https://github.com/${fullName}`,
    `- Commit: ${commit}`,
    `- Made by: ${engine}, mode ${mode}`,
    `- Made at: ${date}`,
    '',
    '',
  ].join('\n')
}

/** Returns what is not in a context; empty if everything is. At most `maxCharacters` long. */
export function footText(
  missing: { left: readonly string[]; outlined: readonly string[]; skipped: readonly Skipped[] },
  maxCharacters: number,
): string {
  const { left, outlined, skipped } = missing
  const notRead = notReadLine(skipped)
  const share = Math.floor((maxCharacters - notRead.length) / 2)
  const lines = [
    pathsLine('Left out for size', left, share),
    pathsLine('Shown by their outline only', outlined, share),
    notRead,
  ].filter((line) => line !== '')
  const text = lines.length === 0 ? '' : `---\n\n${lines.join('\n\n')}\n`
  return text.slice(0, maxCharacters)
}

function pathsLine(title: string, paths: readonly string[], maxCharacters: number): string {
  if (paths.length === 0) return ''
  const shown: string[] = []
  let room = maxCharacters - title.length - 40
  for (const path of paths.slice(0, MAX_PATHS)) {
    const one = shownPath(path.length > PATH_CHARACTERS ? `…${path.slice(-PATH_CHARACTERS)}` : path)
    room -= one.length + 2
    if (room < 0) break
    shown.push(one)
  }
  const more = paths.length - shown.length
  const rest = more === 0 ? [] : [shown.length === 0 ? 'too many to name' : `and ${more} more`]
  return `${title} (${paths.length}): ${[...shown, ...rest].join(', ')}`
}

/** Reasons and how often, the most frequent first. */
function notReadLine(skipped: readonly Skipped[]): string {
  if (skipped.length === 0) return ''
  const counts = new Map<string, number>()
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, MAX_REASONS)
  return `Not read (${skipped.length}): ${sorted.map(([reason, count]) => `${reason} ${count}`).join(', ')}`
}
