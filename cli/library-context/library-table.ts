/** Lists of libraries as tables for people. */
import { almanacCommand } from '../../core/command-name.ts'
import { moment, paint, table } from '../output.ts'
import { ageOf, dayOf } from './days.ts'
import { counted, oneLine, truncateList } from '../../wording/text.ts'
import type {
  DomainStatus,
  KeptContext,
  LibrariesStatus,
  ListedLine,
} from '../../client/library-context/status.ts'

const HEAD = ['rank', 'library', 'stars', 'context', 'tokens', 'age', 'state', 'last attempt']

/** A paragraph a domain: where its list is from, where its files lie, and a line a library. */
export function domainLines(
  { domain, description, date, dateBefore, listedAt, file, libraries }: DomainStatus,
  now: Date,
): string[] {
  const since = dateBefore === null ? '' : `; stars against ${dateBefore}`
  return [
    `${paint.bold(domain)}: ${description}`,
    `list of ${date}, confirmed ${moment(listedAt)}${since}`,
    file,
    ...(libraries.length === 0 ? [] : ['', libraryTable(libraries, now)]),
  ]
}

/** A line a library. */
export function libraryTable(libraries: readonly ListedLine[], now: Date): string {
  return table(
    HEAD,
    libraries.map((line) => {
      const { rank, library, context, state, attempt } = line
      return [
        rank,
        library,
        starsOf(line),
        engineOf(context),
        context === null ? '' : number(context.tokens),
        context === null ? '' : ageOf(context.madeAt, now),
        state === 'present' ? '' : state,
        troubleOf(attempt, now),
      ]
    }),
    { below: ['last attempt'], spare: ['age', 'tokens'] },
  )
}

/** Stars, and what changed since the list before. */
function starsOf({ stars, starsBefore, isNew }: ListedLine): string {
  const now = stars === null ? '?' : number(stars)
  if (isNew) return `${now} (new)`
  const change = stars === null || starsBefore === null ? 0 : stars - starsBefore
  if (change === 0) return now
  return `${now} (${change > 0 ? '+' : '-'}${number(Math.abs(change))})`
}

/** Whose text a context is; `-` if there is none. */
export function engineOf(
  context: Pick<NonNullable<ListedLine['context']>, 'engine' | 'mode'> | null,
): string {
  if (context === null) return '-'
  return context.mode === null ? context.engine : `${context.engine} ${context.mode}`
}

/** What failed the last time and when it is retried; nothing if a context was made. */
function troubleOf(attempt: ListedLine['attempt'], now: Date): string {
  if (attempt === null || attempt.outcome === 'made') return ''
  const { outcome, reason, nextTryAt } = attempt
  const next = nextTryAt === null || nextTryAt <= now ? 'at the next run' : dayOf(nextTryAt)
  const times = attempt.failures > 1 ? ` ${attempt.failures} times` : ''
  return oneLine(`${outcome}${times}: ${reason ?? 'no reason given'}`) + `; next try ${next}`
}

/** Maximum number of names in one line. */
const MAX_NAMED = 10

/** Lines below the tables: contexts that stay although their libraries left the lists, and where files are stored. */
export function footLines({ domains, kept, contextFolder }: LibrariesStatus): string[] {
  const all = domains.flatMap(({ libraries }) => libraries)
  const lines = [
    ...(kept.length === 0 ? [] : [keptLine(kept)]),
    ...(all.some(({ context }) => context !== null) || kept.length > 0
      ? [`context files: ${contextFolder}`]
      : []),
  ]
  return lines.length === 0 ? [] : ['', ...lines]
}

function keptLine(kept: readonly KeptContext[]): string {
  const byDate = kept.toSorted((a, b) => a.keptUntil.getTime() - b.keptUntil.getTime())
  const names = byDate.map(({ library, keptUntil }) => `${library} until ${dayOf(keptUntil)}`)
  return `${counted(kept.length, 'context')} kept although their libraries left the lists: ${truncateList(names, MAX_NAMED)}`
}

/** The first places of all lists, at most `most` lines of them, before which `margin` characters are printed. */
export function firstPlaces(
  { domains }: Pick<LibrariesStatus, 'domains'>,
  most: number,
  margin = 0,
): string[] {
  const all = domains.flatMap(({ domain, libraries }) => libraries.map((line) => ({ domain, line })))
  // The best of each list, whatever the number of lists; the table is grouped by list.
  const shown = new Set(all.toSorted((a, b) => a.line.rank - b.line.rank).slice(0, most))
  if (shown.size === 0) return []
  const rows = all
    .filter((one) => shown.has(one))
    .map(({ domain, line }) => {
      const { rank, library, context } = line
      const tokens = context === null ? '' : number(context.tokens)
      return [domain, rank, library, starsOf(line), engineOf(context), tokens]
    })
  const lines = table(['domain', 'rank', 'library', 'stars', 'context', 'tokens'], rows, {
    margin,
    spare: ['domain', 'tokens'],
  }).split('\n')
  const others = all.length - shown.size
  return others === 0
    ? lines
    : [...lines, `and ${counted(others, 'other')}; "${almanacCommand('libraries')}" shows all`]
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
