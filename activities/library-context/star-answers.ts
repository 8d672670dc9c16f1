/** GitHub's responses about names, as rows: one per repository, whatever it is called. */
import {
  renameLibraries,
  replacedIn,
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
import { doubtsOfRun } from '../../db/queries/doubts.ts'
import { doubtReasons, judgeFor, judgeOf, type Judge } from '../doubts.ts'
import type { ActivityContext } from './activity-context.ts'
import { settleIdentities, type Settled } from './identities.ts'
import { libraryBy, noteRows, readMoved, type Known } from './known-libraries.ts'

/** What was stored of an answer. */
export interface StoredAnswers {
  written: number
  rejected: number
  why: Reason[]
  /** Libraries that keep the stars of before, since the answer's are not believed. */
  doubted: string[]
}

const SOURCE = 'github'

const replacedReason = (library: string): Reason => reason('library-replaced', { library })

/**
 * Stores GitHub's response about these names, and notes it in what is known. A library that was renamed moves first;
 * while rows go to the spool it keeps its former name until a night that can move it.
 */
export async function storeAnswers(
  context: ActivityContext,
  run: Run,
  known: Known,
  given: RepositoryAnswer[],
): Promise<StoredAnswers> {
  const { db, retryBudget, clock } = context
  const { answers: settled, replaced } = known.isStored
    ? await moved(context, run, known, given)
    : await unmoved(known, given)
  const of = { source: SOURCE, date: run.startedAt.slice(0, 10) }
  const judge = known.isStored
    ? await judgeFor(context, STARS_RULES, of)
    : judgeOf(STARS_RULES, of, new Map())
  const libraries = [...known.libraries.values()]
  const doubted: string[] = []
  const answers = settled.map((answer) => {
    const believed = withBelievedStars(answer, libraries, judge)
    if (believed !== answer) doubted.push(keyOf(answer, known.libraryOf))
    return believed
  })
  const askedAt = clock()
  const { libraryOf } = known
  const rows = rowsOf(answers, libraries, { askedAt, libraryOf, since: new Date(run.startedAt) })
  const stored = new Set([...rows, ...libraries].map(({ library }) => library))
  const named = answers
    .map((answer) => ({ named: foldCase(answer.asked), library: keyOf(answer, libraryOf) }))
    .filter(({ library }) => stored.has(library))
  const options = { observedAt: askedAt, runId: run.runId, rejected: judge.rejected(), retryBudget }
  const { written, spooled } = await writeRows(db, { libraries: rows, library_names: named }, options)
  noteRows(known, rows, named)
  if (spooled !== undefined) known.isStored = false
  const why = [...replaced.map(({ name }) => replacedReason(name)), ...judge.why()]
  return { written, rejected: judge.rejected().length, why, doubted }
}

/** Follows libraries to their present names, and moves them in the database. */
async function moved(
  context: ActivityContext,
  run: Run,
  known: Known,
  given: RepositoryAnswer[],
): Promise<Settled> {
  const { db, github, signal } = context
  const libraries = [...known.libraries.values()]
  const ask = (githubId: number) => github.repositoryById(githubId, signal)
  const settled = await settleIdentities(given, libraries, known.libraryOf, ask)
  const gone = settled.replaced.map((library) => replacement(library, run))
  const renames = [...gone, ...renamesIn(settled.answers, libraries)]
  if (renames.length > 0) {
    await renameLibraries(db, renames)
    await readMoved(context, known)
  }
  return settled
}

const LEFT = { state: 'unknown' as const, reason: 'the database is unavailable' }

/** Leaves every library under the name by which it is stored; what belongs to two of them is unknown tonight. */
async function unmoved(known: Known, given: RepositoryAnswer[]): Promise<Settled> {
  const libraries = [...known.libraries.values()]
  const byNumber = new Map(libraries.map((one) => [one.githubId, one]))
  const settled = await settleIdentities(given, libraries, known.libraryOf, () => Promise.resolve(LEFT))
  const answers = settled.answers.map((answer): RepositoryAnswer => {
    if (answer.state !== 'found') return answer
    const own = byNumber.get(answer.githubId) ?? unnumberedBy(known, answer.asked)
    if (own === undefined) return answer
    if (foldCase(own.name) === own.library) return { ...answer, fullName: own.name }
    // It has lost its name to another repository, and is stored under a key of its own.
    return { asked: answer.asked, ...LEFT }
  })
  return { ...settled, answers }
}

/** A library of an imported list: it has no number until a night with a database asks for it. */
function unnumberedBy(known: Known, name: string): KnownLibrary | undefined {
  const own = libraryBy(known, name)
  return own?.githubId === null ? own : undefined
}

/** What earlier attempts of this run doubted, and the libraries that they found replaced: neither is found again. */
export async function earlierFindings(
  { db }: ActivityContext,
  run: Run,
  { libraries }: Known,
): Promise<Omit<StoredAnswers, 'written'>> {
  const byNumber = new Map([...libraries.values()].map((one) => [String(one.githubId), one]))
  const doubts = (await doubtsOfRun(db, SOURCE, run.runId)).map((row) => ({ row, own: byNumber.get(row.of) }))
  const named = doubts.map(({ row, own }) => ({ row, name: own?.name ?? row.of }))
  return {
    rejected: doubts.length,
    why: [
      ...(await replacedIn(db, run.runId)).map(replacedReason),
      ...doubtReasons(Object.keys(STARS_RULES), named),
    ],
    doubted: doubts.flatMap(({ own }) => own?.library ?? []),
  }
}

/** A library that is gone leaves its name to the repository that has it now, and keeps its history. */
function replacement({ library, githubId, name }: KnownLibrary, { runId }: Run): Rename {
  return { from: library, to: `${library}#${githubId}`, name, replacedIn: runId }
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

/**
 * Known libraries that now have another name: by GitHub's number, and one without a number by the name under which it was
 * asked, also if another library has the number already: both are one.
 */
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
    for (const before of [byId.get(answer.githubId), unnumbered.has(asked) ? asked : undefined])
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
