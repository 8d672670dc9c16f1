/** One repository by its name, through renames (https://docs.github.com/rest/repos); dear without a token: sixty requests an hour. */
import { Failure } from '../../core/failures.ts'
import { comparing } from '../fields.ts'
import { REPOSITORY } from './github-fields.ts'
import { messageOf, type GitHubTransport } from './github-transport.ts'
import { BLOCKED_WORDS, restRepositorySchema, unknown, type RepositoryState } from './github-repository.ts'
import type { Answer } from '../http.ts'
import { parseBody } from '../payload.ts'
import { headerNumber } from '../retry-after.ts'

/** Of the sixty an hour; the rest is left to others behind this address. */
const ASKS_PER_WINDOW = 40
const WINDOW_MS = 60 * 60_000
/** A moved repository that was renamed again; more is a loop. */
const MAX_HOPS = 3
/**
 * A refusal of minutes is left to the activity's next attempt; for an hour a name stays unknown until the next night.
 */
const MAX_REFUSAL_MS = 5 * 60_000

const MOVED: readonly number[] = [301, 302, 307, 308]
const TOLD: readonly number[] = [...MOVED, 404, 410, 451]

const SPENT = `search does not show it, and ${ASKS_PER_WINDOW} others were already requested by name; a GITHUB_TOKEN reaches all`

export interface SingleRepositories {
  /** Returns the state of one name. Throws the transport's failures; an exhausted quota is `unknown` instead. */
  ask: (fullName: string, signal: AbortSignal) => Promise<RepositoryState>
  /** The same by GitHub's number, whatever the repository is called now. */
  askById: (githubId: number, signal: AbortSignal) => Promise<RepositoryState>
}

/** Asks for single names, at most `ASKS_PER_WINDOW` of them an hour. */
export function createSingleRepositories(transport: GitHubTransport, baseUrl: string): SingleRepositories {
  const allowance = createAllowance(transport)

  const follow = async (path: string, hops: number, signal: AbortSignal): Promise<RepositoryState> => {
    if (allowance.isSpent()) return unknown(SPENT)
    const answer = await transport.ask({
      resource: 'core',
      path,
      signal,
      accepts: (status, message) => TOLD.includes(status) || (status === 403 && BLOCKED_WORDS.test(message)),
    })
    allowance.spend(answer.headers)
    if (!MOVED.includes(answer.status)) return stateOf(answer)
    const target = targetOf(answer, baseUrl)
    if (target === undefined) return unknown('it moved to an address that is not on GitHub')
    return hops > 0 ? await follow(target, hops - 1, signal) : unknown('it moved in a circle')
  }

  const ask = async (path: string, signal: AbortSignal): Promise<RepositoryState> => {
    try {
      return await follow(path, MAX_HOPS, signal)
    } catch (error) {
      // The names already found must not be lost, nor the night held, for the few that a quota does not reach.
      if (!(error instanceof Failure) || error.type !== 'RateLimited') throw error
      if ((error.retryAfterMs ?? 0) <= MAX_REFUSAL_MS) throw error
      return unknown(error.message)
    }
  }

  return {
    ask: (fullName, signal) => ask(`/repos/${fullName}`, signal),
    askById: (githubId, signal) => ask(`/repositories/${githubId}`, signal),
  }
}

function stateOf(answer: Answer): RepositoryState {
  const { status, body } = answer
  if (status === 404 || status === 410) return { state: 'gone', reason: `GitHub answers ${status}` }
  if (status >= 400) return { state: 'blocked', reason: messageOf(body) || `GitHub answers ${status}` }
  return {
    state: 'found',
    ...parseBody(comparing(REPOSITORY, restRepositorySchema), body, 'github GET /repos'),
  }
}

/**
 * Returns the path of a redirect below the API's address; undefined if it leads anywhere else, since the token is sent
 * with it.
 */
function targetOf(answer: Answer, baseUrl: string): string | undefined {
  const location = answer.headers.get('location') ?? ''
  if (location === '' || !URL.canParse(location, answer.url)) return undefined
  const { origin, pathname, search, username, password } = new URL(location, answer.url)
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/(?<!\/)\/+$/, '')
  const ours =
    origin === base.origin && username === '' && password === '' && pathname.startsWith(`${prefix}/`)
  return ours ? pathname.slice(prefix.length) + search : undefined
}

/**
 * Counts requests of this client in the current window, whose end is in GitHub's headers. The gate keeps the reserve.
 */
function createAllowance({ clock, elapsed }: GitHubTransport) {
  let spent = 0
  let endsAt = Number.NEGATIVE_INFINITY
  return {
    isSpent: (): boolean => {
      if (elapsed() >= endsAt) {
        spent = 0
        endsAt = elapsed() + WINDOW_MS
      }
      return spent >= ASKS_PER_WINDOW
    },
    spend: (headers: Headers): void => {
      spent += 1
      const reset = headerNumber(headers, 'x-ratelimit-reset')
      if (reset !== undefined) endsAt = elapsed() + Math.min(reset * 1_000 - clock().getTime(), WINDOW_MS)
    },
  }
}
