/** GitHub's responses about names, as rows: one per repository, whatever it is called. */
import {
  knownLibraries,
  namesOf,
  renameLibraries,
  type KnownLibrary,
  type Rename,
} from '../../db/queries/library-context/libraries.ts'
import type { Reason } from '../../core/reason.ts'
import { STARS_RULES } from '../../db/schema/library-context.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { FoundRepository, RepositoryAnswer } from '../../upstreams/github/github.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'
import type { Run } from '../../core/run.ts'
import { reason } from '../../wording/reason.ts'
import { judgeFor, type Judge } from '../doubts.ts'
import type { ActivityContext } from './activity-context.ts'
import { settleIdentities } from './identities.ts'

/** What was stored of an answer. */
export interface StoredAnswers {
  written: number
  rejected: number
  why: Reason[]
  /** Libraries that keep the stars of before, since the answer's are not believed. */
  doubted: string[]
}

const SOURCE = 'github'

/** Stores GitHub's response about these names; a library that was renamed moves first. */
export async function storeAnswers(
  context: ActivityContext,
  run: Run,
  given: RepositoryAnswer[],
): Promise<StoredAnswers> {
  const { db, retryBudget, clock, github, signal } = context
  const before = await knownLibraries(db)
  const ask = (githubId: number) => github.repositoryById(githubId, signal)
  const settled = await settleIdentities(given, before, await namesOf(db), ask)
  await renameLibraries(db, [...settled.replaced.map(replacement), ...renamesIn(settled.answers, before)])
  const known = await knownLibraries(db)
  const judge = await judgeFor(db, STARS_RULES, { source: SOURCE, date: run.startedAt.slice(0, 10) })
  const libraryOf = await namesOf(db)
  const doubted: string[] = []
  const answers = settled.answers.map((answer) => {
    const believed = withBelievedStars(answer, known, judge)
    if (believed !== answer) doubted.push(keyOf(answer, libraryOf))
    return believed
  })
  const askedAt = clock()
  const rows = rowsOf(answers, known, { askedAt, libraryOf, since: new Date(run.startedAt) })
  const stored = new Set([...rows, ...known].map(({ library }) => library))
  const named = answers
    .map((answer) => ({ named: foldCase(answer.asked), library: keyOf(answer, libraryOf) }))
    .filter(({ library }) => stored.has(library))
  const options = { observedAt: askedAt, runId: run.runId, rejected: judge.rejected(), retryBudget }
  const { written } = await writeRows(db, { libraries: rows, library_names: named }, options)
  const replaced = settled.replaced.map(({ name }) => reason('library-replaced', { library: name }))
  return { written, rejected: judge.rejected().length, why: [...replaced, ...judge.why()], doubted }
}

/** A library that is gone leaves its name to the repository that has it now, and keeps its history. */
function replacement({ library, githubId, name }: KnownLibrary): Rename {
  return { from: library, to: `${library}#${githubId}`, name, isReplaced: true }
}

/** The answer with the stars of before if tonight's are doubted. */
function withBelievedStars(
  answer: RepositoryAnswer,
  known: readonly KnownLibrary[],
  judge: Judge<'stars'>,
): RepositoryAnswer {
  if (answer.state !== 'found') return answer
  const { githubId, fullName: name, stars: now } = answer
  const stars = known.find((one) => one.githubId === githubId)?.stars ?? null
  const before = stars === null ? null : { value: stars }
  const isBelieved = judge.believes({ measure: 'stars', of: String(githubId), name, before, now })
  return isBelieved ? answer : { ...answer, stars: stars ?? now }
}

/**
 * Returns the key of a library: GitHub's current name, or if GitHub gives none, the library that the asked name led to
 * so far: the catalogue may only ever use a renamed library's old name.
 */
export function keyOf(answer: RepositoryAnswer, libraryOf: ReadonlyMap<string, string>): string {
  if (answer.state === 'found') return foldCase(answer.fullName)
  return libraryOf.get(foldCase(answer.asked)) ?? foldCase(answer.asked)
}

/** Known libraries that now have another name: by GitHub's number, or by the name under which they were asked. */
export function renamesIn(answers: readonly RepositoryAnswer[], known: readonly KnownLibrary[]): Rename[] {
  const byId = new Map(
    known.filter(({ githubId }) => githubId !== null).map((one) => [one.githubId, one.library]),
  )
  const unnumbered = new Set(known.filter(({ githubId }) => githubId === null).map(({ library }) => library))
  const renames = new Map<string, Rename>()
  for (const answer of answers) {
    if (answer.state !== 'found') continue
    const to = foldCase(answer.fullName)
    const asked = foldCase(answer.asked)
    const before = byId.get(answer.githubId) ?? (unnumbered.has(asked) ? asked : undefined)
    if (before !== undefined && before !== to)
      renames.set(before, { from: before, to, name: answer.fullName })
  }
  return [...renames.values()]
}

/** Context of making rows. */
export interface Asked {
  askedAt: Date
  /** Which library a name led to so far. */
  libraryOf: ReadonlyMap<string, string>
  /** A library found since then, under any name, exists. */
  since: Date
}

/**
 * Returns one row per repository: two names of one repository give one, and if one of them leads nowhere any more, the
 * other counts. A repository that is gone keeps what was known of it.
 */
export function rowsOf(
  answers: readonly RepositoryAnswer[],
  known: readonly KnownLibrary[],
  { askedAt, libraryOf, since }: Asked,
): WritableRows['libraries'][] {
  const before = new Map(known.map((one) => [one.library, one]))
  const rows = new Map<string, WritableRows['libraries']>()
  for (const answer of answers.toSorted(
    (a, b) => Number(a.state === 'found') - Number(b.state === 'found'),
  )) {
    const library = keyOf(answer, libraryOf)
    if (answer.state === 'found') {
      rows.set(library, foundRow(answer, askedAt))
      continue
    }
    const own = before.get(library)
    if (own !== undefined && isThere(own, since, askedAt)) continue
    // A repository that was never reported is not stored: it is new in the night that reports it.
    if (own === undefined && answer.state === 'unknown') continue
    const { name = answer.asked, githubId = null, stars = null } = own ?? {}
    const { state, reason } = answer
    rows.set(library, {
      library,
      name,
      githubId,
      stars,
      state,
      reason,
      pushedAt: null,
      sizeKb: null,
      askedAt,
    })
  }
  return [...rows.values()]
}

function foundRow(
  { githubId, fullName, stars, archived, pushedAt, sizeKb }: FoundRepository,
  askedAt: Date,
): WritableRows['libraries'] {
  const state = archived ? 'archived' : 'present'
  const library = foldCase(fullName)
  return { library, name: fullName, githubId, stars, state, reason: null, pushedAt, sizeKb, askedAt }
}

/** Asked between these times: one that lies ahead, by a clock that was wrong, says nothing. */
function isThere({ state, askedAt }: KnownLibrary, since: Date, now: Date): boolean {
  return (
    (state === 'present' || state === 'archived') && askedAt !== null && askedAt >= since && askedAt <= now
  )
}
