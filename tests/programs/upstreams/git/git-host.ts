/**
 * A git server for one test: the smart protocol over loopback HTTP, served by the real `git upload-pack`, and repositories
 * made without a working tree, so that they may hold what no file system would.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** What stands in the tree under one path: a file, a link, or a commit of another repository (a submodule). */
export type Entry = { file: string | Buffer } | { link: string } | { submodule: string }

/** Answers a request itself (true), or leaves it to git (false). */
export type Before = (request: IncomingMessage, response: ServerResponse) => boolean

export interface GitHost {
  baseUrl: string
  /** Method and address of every request, in order. */
  asked: string[]
  /** Folder of the bare repositories. */
  root: string
}

const MODES = { file: '100644', link: '120000', submodule: '160000' }
const EPOCH = 1_700_000_000

/** Starts a server on a free port with a folder of its own; both end with the test. */
export async function gitHost(before: Before = () => false): Promise<GitHost> {
  const root = mkdtempSync(join(tmpdir(), 'git-host-'))
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    if (!before(request, response)) serve(root, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, root }
}

/** Makes a repository with one commit per tree and answers the commits; without a tree it is empty. */
export function repository(host: GitHost, fullName: string, ...trees: Record<string, Entry>[]): string[] {
  const dir = join(host.root, `${fullName}.git`)
  // What `git init --bare` makes, without its process: most tests here begin with a repository.
  for (const inner of ['objects', 'refs/heads']) mkdirSync(join(dir, inner), { recursive: true })
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(dir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
  const parts: (string | Buffer)[] = trees.flatMap((tree, index) => commitOf(tree, index))
  if (trees.length > 0)
    git(dir, ['fast-import', '--quiet'], Buffer.concat(parts.map((part) => Buffer.from(part))))
  return trees.length === 0 ? [] : git(dir, ['rev-list', '--reverse', 'main']).trim().split('\n')
}

/** Runs git in a bare repository of the host with nothing of the machine's settings. */
export function git(dir: string, args: string[], input?: Buffer): string {
  const env = { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  return execFileSync('git', args, { cwd: dir, env, input, encoding: 'utf8', maxBuffer: 1e8 })
}

/** Makes a tree, whatever it holds, the newest commit. */
export function commitTree(dir: string, tree: string): void {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
  git(dir, ['update-ref', 'refs/heads/main', git(dir, [...who, 'commit-tree', '-m', 'test', tree]).trim()])
}

function commitOf(tree: Record<string, Entry>, index: number): (string | Buffer)[] {
  const head = `commit refs/heads/main\ncommitter Test <test@example.org> ${EPOCH + index} +0000\ndata 4\ntest\ndeleteall\n`
  return [head, ...Object.entries(tree).flatMap(([path, entry]) => entryOf(path, entry))]
}

function entryOf(path: string, entry: Entry): (string | Buffer)[] {
  if ('submodule' in entry) return [`M ${MODES.submodule} ${entry.submodule} ${path}\n`]
  const [mode, content] = 'link' in entry ? [MODES.link, entry.link] : [MODES.file, entry.file]
  return [`M ${mode} inline ${path}\ndata ${Buffer.byteLength(content)}\n`, content, '\n']
}

/** The two requests of the smart protocol; what else is asked for is not found. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? '', 'http://host').pathname
  const [, name = '', action] = /^\/([^/]+\/[^/]+)\.git\/(info\/refs|git-upload-pack)$/.exec(path) ?? []
  const dir = join(root, `${name}.git`)
  if (action === undefined || !existsSync(dir)) {
    response.writeHead(404).end('not found')
    return
  }
  const first = action === 'info/refs'
  const protocol = request.headers['git-protocol']
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    ...(typeof protocol === 'string' && { GIT_PROTOCOL: protocol }),
  }
  const args = ['upload-pack', '--stateless-rpc', ...(first ? ['--advertise-refs'] : []), dir]
  const child = spawn('git', args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
  // Who asks may leave in the middle; then so does git.
  child.stdin.on('error', () => undefined)
  response.on('close', () => child.kill())
  const kind = first ? 'advertisement' : 'result'
  response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}` })
  if (first) response.write('001e# service=git-upload-pack\n0000')
  child.stdout.pipe(response)
  const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  body.pipe(child.stdin)
}
