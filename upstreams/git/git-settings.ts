/**
 * How git may run on an untrusted repository: where it may connect, what it may see, what it must not start. Nothing is
 * inherited: neither the machine's git settings nor the caller's environment.
 */
import { devNull } from 'node:os'
import { Failure } from '../../core/failures.ts'
import { FULL_NAME } from '../github/repository-name.ts'

/** Default path of git. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
/** A proxy may be the only way out, and a company's certificates the only valid ones. */
const ROUTES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']
const CERTIFICATES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_PROXY_SSL_CAINFO',
]
/**
 * Processors used by one clone, since several run at once; each thread that unpacks also needs memory. A file beyond
 * the size is streamed, not held in memory.
 */
const UNPACKING = ['pack.threads=2', 'core.bigFileThreshold=32m']

/** Turns off all git settings that start programs, leave the protocol, prompt or write unrequested files. */
const SAFE = [
  ...UNPACKING,
  'core.hooksPath=/dev/null',
  'core.symlinks=false',
  'core.fsmonitor=false',
  'core.autocrlf=false',
  'core.askPass=',
  'credential.helper=',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'fetch.uriProtocols=',
  'transfer.bundleURI=false',
  'filter.lfs.process=',
  'filter.lfs.smudge=',
  'filter.lfs.clean=',
  'filter.lfs.required=false',
  // A redirect is followed by us (git-address.ts), within the host; git can only follow anywhere or nowhere.
  'http.followRedirects=false',
  'http.sslVerify=true',
  // Not a byte in two minutes (busy hosts send some every few seconds): ends a git whose worker was killed.
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=120',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
  'init.defaultBranch=main',
]

/** The host that repositories come from. */
export interface GitBase {
  /** Without a trailing slash. */
  url: string
  /** The only protocol that git may use. */
  protocol: 'https' | 'http'
}

/**
 * Returns the address of a host of repositories. Only https, except on this machine itself, where traffic cannot be
 * intercepted. Throws `Misconfigured` for anything else, and for a user or password in it: only public repositories are
 * read.
 */
export function gitBase(baseUrl: string): GitBase {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const wrong = (found: string) =>
    new Failure(
      'Misconfigured',
      `The address of the git host ${found}; expected one such as https://github.com.`,
    )
  if (url === undefined) throw wrong('is not an address')
  if (url.username !== '' || url.password !== '') throw wrong('holds a user or password, which is never sent')
  if (url.search !== '' || url.hash !== '') throw wrong('holds a query or fragment')
  const protocol = url.protocol.slice(0, -1)
  if (protocol !== 'https' && (protocol !== 'http' || !isLoopback(url.hostname))) {
    throw wrong(`is ${protocol} to ${url.hostname}: plain http is allowed only to a loopback address`)
  }
  return { url: url.href.replace(/(?<!\/)\/+$/, ''), protocol }
}

const isLoopback = (host: string): boolean => /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(host)

/**
 * The address of a repository, built from its name alone. The ending is the one that GitHub itself shows to be cloned.
 * Throws `PayloadInvalid` for a text that is not a name: nothing of it reaches git.
 */
export function addressOf(base: GitBase, fullName: string): string {
  if (!FULL_NAME.test(fullName)) {
    const shown = JSON.stringify(fullName.slice(0, 150))
    throw new Failure('PayloadInvalid', `${shown} is not the name of a repository; expected Owner/Name.`)
  }
  return `${base.url}/${fullName}.git`
}

/**
 * The whole environment of git. Of `given` (the process's own, which only config.ts reads) it sees PATH and, towards
 * other machines, proxies and certificates.
 */
export function gitEnvironment(
  base: GitBase,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names = base.protocol === 'https' ? [...ROUTES, ...CERTIFICATES] : []
  const passed = names.flatMap((name) => {
    const value = given[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(passed),
    PATH: given['PATH'] ?? DEFAULT_PATH,
    // An empty, read-only home: no .gitconfig, no .netrc.
    HOME: devNull,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Empty means no prompt; if unset, git searches further.
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: base.protocol,
    GIT_OPTIONAL_LOCKS: '0',
  }
}

/** Arguments before every subcommand. */
export const safeArguments = (base: GitBase): string[] =>
  ['protocol.allow=never', `protocol.${base.protocol}.allow=always`, ...SAFE].flatMap((one) => ['-c', one])
