/**
 * Checks a repository's address without git: the present address of a renamed one, and whether a git server responds
 * there. Git follows a redirect to any host or to none, and treats a web page as a repository without a commit.
 */
import { Failure } from '../../core/failures.ts'
import type { ProgramResult } from '../../system/run-program.ts'
import { countCall } from '../calls.ts'
import { isChallenge } from '../challenge.ts'
import { createGate } from '../gate.ts'
import { gitFailure, isRedirect } from './git-failure.ts'
import { addressOf, type GitBase } from './git-settings.ts'
import { createHttp, type Answer } from '../http.ts'

const UPSTREAM = 'git'
const REDIRECTS = [301, 302, 303, 307, 308]
/** Hosts use the protocol instead of a page only for agents that begin like this. */
const AGENT = 'git/2 (almanac)'
/** The second version of the protocol begins with some hundred bytes; the first with every branch and tag. */
const MAX_BYTES = 16 * 1024 * 1024
/** The same number as of git processes at once. */
const CONCURRENCY = 8
/** A renamed repository's new name may have been renamed too; more is a loop. */
const MAX_REDIRECTS = 3

export interface Following {
  fullName: string
  /** Beginning of the sentence of a failure. */
  what: string
  signal: AbortSignal
}

export interface GitAddress {
  /** Throws `PayloadInvalid` for a text that is not the name of a repository. */
  check: (fullName: string) => void
  /**
   * Runs git with a repository's address, again under its present name if it was renamed, and returns only if git ended
   * with 0. Throws `Blocked` if a redirect leads anywhere but to a repository of the same host, otherwise what
   * `gitFailure` names.
   */
  following: (
    which: Following,
    run: (url: string) => Promise<ProgramResult>,
  ) => Promise<{ result: ProgramResult; name: string }>
  /** Throws `PayloadInvalid` or `Blocked` if a page responds instead of git, and what `Http.request` throws. */
  confirmGit: (fullName: string, signal: AbortSignal) => Promise<void>
}

/** Checks addresses of one host. */
export function createGitAddress(base: GitBase): GitAddress {
  const http = createHttp({
    upstream: UPSTREAM,
    baseUrl: base.url,
    headers: { 'user-agent': AGENT, 'git-protocol': 'version=2' },
    gate: createGate({ reserve: 0, concurrency: CONCURRENCY }),
    maxBytes: MAX_BYTES,
    // Its answers are no JSON.
    maxValues: Infinity,
    redirect: 'manual',
  })
  const ask = async (fullName: string, signal: AbortSignal): Promise<Answer> => {
    const path = `${addressOf(base, fullName).slice(base.url.length)}/info/refs`
    const query = { service: 'git-upload-pack' }
    return await http.request({ path, query, signal, accept: REDIRECTS, expects: 'html' })
  }
  return {
    check: (fullName) => {
      addressOf(base, fullName)
    },
    following: async ({ fullName, what, signal }, run) => {
      let name = fullName
      for (let redirects = 0; ; redirects += 1) {
        const result = await counted(() => run(addressOf(base, name)))
        if (result.code === 0) return { result, name }
        if (!isRedirect(result.stderr)) throw gitFailure(what, result)
        if (redirects === MAX_REDIRECTS) throw new Failure('Blocked', `${what}: it redirects endlessly.`)
        name = redirectedTo(base, name, await ask(name, signal))
      }
    },
    confirmGit: async (fullName, signal) => {
      const { headers, body } = await ask(fullName, signal)
      const kind = headers.get('content-type') ?? 'nothing'
      if (kind.startsWith('application/x-git-upload-pack-advertisement')) return
      const found = `git at ${fullName} answered ${kind.slice(0, 80)} instead of a repository`
      if (isChallenge(headers, body)) throw new Failure('Blocked', `${found}: a firewall's page.`)
      throw new Failure('PayloadInvalid', `${found}: a page of a proxy, or no git host at this address.`)
    },
  }
}

/** Counts a run of git by its exit code; one that is cancelled is not counted. */
async function counted(run: () => Promise<ProgramResult>): Promise<ProgramResult> {
  const startedAt = performance.now()
  const ended = (status: string) => {
    countCall({ client: UPSTREAM, quota: '', status, ms: performance.now() - startedAt })
  }
  try {
    const result = await run()
    ended(result.code === null ? 'broken' : `exit ${result.code}`)
    return result
  } catch (error) {
    if (error instanceof Failure) ended(error.type === 'CommandTimedOut' ? 'timeout' : 'broken')
    throw error
  }
}

function redirectedTo(base: GitBase, fullName: string, answer: Answer): string {
  const location = answer.headers.get('location') ?? ''
  const target = URL.canParse(location, answer.url) ? new URL(location, answer.url) : undefined
  const own = new URL(base.url)
  const prefix = own.pathname === '/' ? '/' : `${own.pathname}/`
  const inside = target?.origin === own.origin && target.pathname.startsWith(prefix)
  const name = inside
    ? /^([^/]+\/[^/]+?)(?:\.git)?\/info\/refs$/.exec(target.pathname.slice(prefix.length))?.[1]
    : undefined
  if (name !== undefined) {
    // Validates it: a name from a server is no more trusted than one from a catalogue.
    addressOf(base, name)
    return name
  }
  const where = target === undefined ? 'nowhere' : `${target.origin}${target.pathname}`.slice(0, 200)
  const message = `git at ${fullName} answered ${answer.status} to ${where}, which is no repository of the same host and is not followed.`
  throw new Failure('Blocked', message, { details: { status: answer.status } })
}
