/**
 * GitHub's git over HTTP, smart protocol, served by the machine's own git:
 * https://git-scm.com/docs/http-protocol and https://git-scm.com/docs/protocol-v2.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { fullNameOf, type Libraries, type SimulatedLibrary } from './libraries.ts'
import { createHosting, type HostedRepository, type Hosting } from './repositories/hosting.ts'
import { bare, type AnyReply, type SimulatedRequest, type Upstream } from '../upstream.ts'

const PREFIX = '/git'
const SERVICE = 'git-upload-pack'
/** `/owner/name/info/refs` or `/owner/name.git/git-upload-pack`. */
const ADDRESS =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/
/** Responses up to this size are kept per commit: lists of branches, which are requested again night after night. */
const LARGEST_KEPT_BYTES = 8_192
/** About 3 MB of lists; then the cache is emptied. */
const MAX_KEPT_ANSWERS = 10_000
const NO_CACHE = { 'cache-control': 'no-cache, max-age=0, must-revalidate' }

export interface GitServer extends Upstream {
  /**
   * The commit that a library's HEAD is at, by full name in any case or a former one; nothing in an empty repository.
   * Throws a RangeError for a name that no library has.
   */
  headOf(fullName: string): Promise<string | undefined>
  /** Ends its processes and removes its repositories. */
  close: () => Promise<void>
}

export interface GitServerOptions {
  libraries: Libraries
  /** Port of the simulator. */
  port: () => number
}

/** Serves every library of the world; makes no file until the first request. */
export function createGitServer({ libraries, port }: GitServerOptions): GitServer {
  const hosting = createHosting(port)
  const upload = createUpload(hosting)
  return {
    name: 'git',
    prefix: PREFIX,
    answer: async (request) => {
      const address = addressIn(request.path)
      if (address === undefined) return plain(404, 'Not Found')
      const found = libraries.byName(address.fullName)
      if (found === undefined || found.library.state === 'deleted') return credentialsWanted()
      if (found.renamed) return moved(request, found.library, address)
      if (found.library.state === 'blocked') return blocked()
      const refusal = refusalOf(request, address.rest)
      return refusal ?? upload(request, await hosting.repository(found.library), address.rest)
    },
    headOf: async (fullName) => {
      const found = libraries.byName(fullName)
      if (found === undefined) throw new RangeError(`The simulated GitHub has no repository ${fullName}.`)
      return (await hosting.repository(found.library)).head
    },
    close: hosting.close,
  }
}

interface Address {
  fullName: string
  /** What follows the repository's address, without a slash: `info/refs`. */
  rest: string
}

function addressIn(path: string): Address | undefined {
  const [, owner, name, rest] = ADDRESS.exec(path) ?? []
  if (owner === undefined || name === undefined || rest === undefined) return undefined
  return { fullName: `${owner}/${name}`, rest }
}

/** GitHub does not say whether a repository is missing or private: it requests credentials. */
function credentialsWanted(): AnyReply {
  return plain(401, 'Repository not found.', { 'www-authenticate': 'Basic realm="GitHub"' })
}

function blocked(): AnyReply {
  const notice = 'See the takedown notice for more details: https://github.com/github/dmca'
  return plain(403, `Repository unavailable due to DMCA takedown.\n${notice}`)
}

/** To the same file of the repository under its name of today. */
function moved({ headers, url }: SimulatedRequest, library: SimulatedLibrary, { rest }: Address): AnyReply {
  const suffix = url.includes('.git/') ? '.git' : ''
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : ''
  const location = `http://${headers.host ?? ''}${PREFIX}/${fullNameOf(library)}${suffix}/${rest}${query}`
  return bare(301, { location, 'content-type': 'text/html' })
}

/** Why a request is not one of a client that fetches by the smart protocol. */
function refusalOf({ method, query, headers }: SimulatedRequest, rest: string): AnyReply | undefined {
  const service = rest === 'info/refs' ? query.get('service') : rest
  if (service === 'git-receive-pack') return credentialsWanted()
  if (service !== SERVICE)
    return plain(403, 'Please upgrade your git client.\nGit over dumb HTTP is not supported.')
  if (rest === 'info/refs') return method === 'GET' ? undefined : plain(405, 'Method Not Allowed')
  if (method !== 'POST') return plain(405, 'Method Not Allowed')
  return headers['content-type'] === `application/x-${SERVICE}-request`
    ? undefined
    : plain(415, 'Unsupported Media Type')
}

type Upload = (request: SimulatedRequest, repository: HostedRepository, rest: string) => Promise<AnyReply>

/** Responds by `git upload-pack`; keeps small responses, since the same request at the same commit has the same one. */
function createUpload({ git }: Hosting): Upload {
  const kept = new Map<string, Buffer>()
  return async ({ headers, bytes }, { path, head }, rest) => {
    const isAdvertisement = rest === 'info/refs'
    const type = `application/x-${SERVICE}-${isAdvertisement ? 'advertisement' : 'result'}`
    const input = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    const protocol = protocolOf(headers['git-protocol'])
    const asked = createHash('sha256').update(input).digest('hex')
    // in version 2 the first response states what the server can do, and nothing of the repository
    const place = isAdvertisement && protocol === 'version=2' ? 'any' : `${path} ${head ?? 'empty'}`
    const key = [place, rest, protocol, asked].join(' ')
    const known = kept.get(key)
    if (known !== undefined) return reply(type, known)
    const mode = isAdvertisement ? ['--stateless-rpc', '--advertise-refs'] : ['--stateless-rpc']
    const answer = await git({ args: ['upload-pack', ...mode, path], cwd: path, input: [input], protocol })
    const body = isAdvertisement && protocol !== 'version=2' ? Buffer.concat([serviceLine(), answer]) : answer
    if (kept.size >= MAX_KEPT_ANSWERS) kept.clear()
    if (body.length <= LARGEST_KEPT_BYTES) kept.set(key, body)
    return reply(type, body)
  }
}

/** Version 2 if the client speaks it, else version 0; anything else in the header is not passed to git. */
function protocolOf(header: string | string[] | undefined): string {
  return header === 'version=2' ? 'version=2' : 'version=0'
}

/** The first line of an advertisement in version 0: its length in hexadecimal, its text, and an end of section. */
function serviceLine(): Buffer {
  const text = `# service=${SERVICE}\n`
  return Buffer.from(`${(text.length + 4).toString(16).padStart(4, '0')}${text}0000`)
}

function reply(type: string, body: Buffer): AnyReply {
  return { status: 200, headers: { 'content-type': type, ...NO_CACHE }, body }
}

/** Git shows the text of a refusal to its user when it is plain. */
function plain(status: number, text: string, headers: Record<string, string> = {}): AnyReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` }
}
