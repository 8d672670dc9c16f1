/** Names the failure behind what git printed (in English: LC_ALL=C). */
import { almanacCommand } from '../../core/command-name.ts'
import { Failure, type FailureType } from '../../core/failures.ts'
import type { ProgramResult } from '../../system/run-program.ts'

/** GitHub names no delay when it refuses git for its rate; its API asks for a minute. */
const RATE_LIMIT_DELAY_MS = 60_000
const QUOTED_CHARS = 300
const NOT_FOUND_BY_SHELL = 127

interface Rule {
  says: RegExp
  /** Also checks the host's words ("remote: …"), which are otherwise no evidence of git's error. */
  host?: true
  type: FailureType
  because: string
}

/** First match wins. */
const RULES: readonly Rule[] = [
  {
    says: /No space left on device|Disk quota exceeded/,
    type: 'DiskFull',
    because: 'the disk is full; free some space',
  },
  {
    host: true,
    says: /^remote: .*(?:DMCA|takedown|has been disabled)|returned error: 451/m,
    type: 'Blocked',
    because: 'access to it is blocked by its host',
  },
  {
    host: true,
    says: /returned error: 429|^remote: .*(?:rate limit|abuse detection|too many requests)/im,
    type: 'RateLimited',
    because: 'its host accepts no more requests for now',
  },
  {
    says: /^fatal: (?:repository '.*' not found|could not read Username|Authentication failed)|returned error: (?:401|404|410)/m,
    type: 'NotFound',
    because: 'it is private, deleted or renamed',
  },
  {
    says: /returned error: 403|from proxy after CONNECT|CONNECT tunnel failed/,
    type: 'Blocked',
    because: 'its host, or a firewall or proxy, refuses access',
  },
  {
    says: /SSL certificate problem|certificate verification failed|CAfile/,
    type: 'Misconfigured',
    because: "the host's certificate is not trusted here; SSL_CERT_FILE or GIT_SSL_CAINFO names others",
  },
  {
    says: /not valid: is this a git repository|dumb http transport|invalid server response/,
    type: 'PayloadInvalid',
    because: 'the server there is not a git host',
  },
  {
    says: /^fatal: unable to access '[^']*': (?!The requested URL)|Could not resolve|Failed to connect|Couldn't connect|[Cc]onnection (?:refused|reset|timed out|was reset|closed)|timed out|returned error: (?:408|5\d\d)|early EOF|RPC failed|hung up unexpectedly|unexpected disconnect|Empty reply|transfer closed|(?:Recv|Send) failure|SSL_ERROR_SYSCALL|SSL_read|SSL_connect|handshake|TLS connection|HTTP\/2 (?:stream|framing)|Operation too slow|expected flush|bad line length|Proxy CONNECT aborted/m,
    type: 'UpstreamUnavailable',
    because: 'its host cannot be reached, or closed the connection',
  },
]

/** Returns the failure for a run of git that did not end with 0; `what` begins its sentence. */
export function gitFailure(what: string, { code, endedBy, stderr }: ProgramResult): Failure {
  if (code === NOT_FOUND_BY_SHELL) {
    return new Failure(
      'Misconfigured',
      `${what}: git is not installed, or not on PATH; "${almanacCommand('doctor')}" says what to do.`,
    )
  }
  const own = stderr.replaceAll(/^remote: .*$/gm, '')
  const rule = RULES.find(({ says, host }) => says.test(host === true ? stderr : own))
  const type = rule?.type ?? 'CommandFailed'
  const said = saidBy(stderr, type === 'Blocked')
  const ended = endedBy === null ? `ended with ${code ?? 'no code'}` : `was ended by ${endedBy}`
  const because = rule?.because ?? `git ${ended}`
  const quoted = said === '' ? '' : ` (git says: ${said})`
  return new Failure(type, `${what}: ${because}${quoted}.`, {
    ...(type === 'RateLimited' ? { retryAfterMs: RATE_LIMIT_DELAY_MS } : {}),
  })
}

/** True if git was refused by a redirect, which it was told not to follow. */
export const isRedirect = (stderr: string): boolean => /^fatal: .*returned error: 30[12378]$/m.test(stderr)

/** True if the limit on the size of one file stopped git. */
export const isFileTooLarge = ({ stderr }: ProgramResult): boolean =>
  /^(?:fatal|error): .*File too large/m.test(stderr)

/** True if git could not write a file and did not say why, as with a large one. */
export const isUnwritten = ({ stderr }: ProgramResult): boolean =>
  /^error: unable to (?:write|create) file .*$/m.test(stderr)

/** The most informative line: git's own first error (later ones follow from it), or what the host says of a block. */
function saidBy(stderr: string, blocked: boolean): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map(cleaned)
    .filter((line) => line !== '')
  const remote = blocked ? lines.find((line) => line.startsWith('remote: ')) : undefined
  const line = remote ?? lines.find((one) => /^(?:fatal|error): /.test(one)) ?? lines.at(-1) ?? ''
  return line.replace(/\.$/, '').slice(0, QUOTED_CHARS)
}

/** Without control characters, and without user and password of an address. */
const cleaned = (line: string): string =>
  line
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .replaceAll(/\/\/[^/@\s]*@/g, '//')
    .trim()
