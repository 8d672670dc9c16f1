/** Whose answer it is: a repository is its number on GitHub, and a name may become another repository's. */
import type { KnownLibrary } from '../../db/queries/library-context/libraries.ts'
import type { RepositoryAnswer, RepositoryState } from '../../upstreams/github/github.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'

/** Answers that each belong to the library that was asked for. */
export interface Settled {
  answers: RepositoryAnswer[]
  /** Libraries that are gone, and whose name is another repository's now. */
  replaced: KnownLibrary[]
}

type FoundAnswer = Extract<RepositoryAnswer, { state: 'found' }>
type Ask = (githubId: number) => Promise<RepositoryState>

/**
 * Follows known libraries by their number where GitHub answers with another one: under the name that was asked (the
 * library moved, and its old owner made a new repository), or under the name that an answer has now (one library took
 * over the name of another). What cannot be followed tonight is unknown.
 */
export async function settleIdentities(
  answers: readonly RepositoryAnswer[],
  known: readonly KnownLibrary[],
  libraryOf: ReadonlyMap<string, string>,
  ask: Ask,
): Promise<Settled> {
  const libraries = new Map(known.map((one) => [one.library, one]))
  const replaced = new Map<string, KnownLibrary>()
  const numbers = new Set(known.map(({ githubId }) => githubId))
  const stateOf = askedOnce(answers, ask)

  const asAsked = async (answer: RepositoryAnswer): Promise<RepositoryAnswer> => {
    const asked = foldCase(answer.asked)
    const own = libraries.get(libraryOf.get(asked) ?? asked)
    if (answer.state !== 'found' || !isOther(own, answer)) return answer
    // A library that is known took the name: it counts, and the one that had the name is followed below.
    if (numbers.has(answer.githubId)) return answer
    const state = await stateOf(own.githubId)
    if (state.state === 'found') return { asked: answer.asked, ...state }
    if (state.state === 'unknown') return unfollowed(answer, state.reason)
    replaced.set(own.library, own)
    return answer
  }

  const settled = new Map<string, RepositoryAnswer>()
  for (const answer of answers) settled.set(answer.asked, await asAsked(answer))
  // Grows while it is read: a library that gave up its name may have taken another's.
  for (const answer of settled.values()) {
    const holder = answer.state === 'found' ? libraries.get(foldCase(answer.fullName)) : undefined
    if (answer.state !== 'found' || !isOther(holder, answer) || replaced.has(holder.library)) continue
    const state = await stateOf(holder.githubId)
    const name = foldCase(answer.fullName)
    if (state.state === 'unknown' || (state.state === 'found' && foldCase(state.fullName) === name))
      settled.set(answer.asked, unfollowed(answer, `${answer.fullName} is two repositories at once`))
    else if (state.state !== 'found') replaced.set(holder.library, holder)
    else if (![...settled.values()].some((one) => one.state === 'found' && one.githubId === holder.githubId))
      settled.set(holder.name, { asked: holder.name, ...state })
  }
  return { answers: [...settled.values()], replaced: [...replaced.values()] }
}

/** Whether the number of a known library is another one than that of the answer. */
function isOther(
  library: KnownLibrary | undefined,
  { githubId }: FoundAnswer,
): library is KnownLibrary & { githubId: number } {
  return library !== undefined && library.githubId !== null && library.githubId !== githubId
}

/** Each number is asked for once, and not at all if it is among the answers. */
function askedOnce(answers: readonly RepositoryAnswer[], ask: Ask): Ask {
  const states = new Map<number, RepositoryState>(
    answers.flatMap((answer) => (answer.state === 'found' ? [[answer.githubId, answer] as const] : [])),
  )
  return async (githubId) => {
    const state = states.get(githubId) ?? (await ask(githubId))
    states.set(githubId, state)
    return state
  }
}

const unfollowed = ({ asked }: RepositoryAnswer, why: string): RepositoryAnswer => ({
  asked,
  state: 'unknown',
  reason: `another repository has its name: ${why}`,
})
