/** The bare repositories of one simulator: each made at its first request, and continued when it is pushed to. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY_MS } from '../../../core/durations.ts'
import type { SimulatedLibrary } from '../libraries.ts'
import { BRANCH, fastImport, type Commit } from './fast-import.ts'
import { filesOf } from './files.ts'
import { createGitProcesses, type GitProcesses } from './git-process.ts'
import type { TreeFile } from './tree-file.ts'

/** As on GitHub, if a client can notice: partial clones and any commit may be requested. */
const CONFIG = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	bigFileThreshold = 1m
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[gc]
	auto = 0
`
/** No compression: the content is incompressible. */
const UNCOMPRESSED = `[core]
	compression = 0
[pack]
	compression = 0
`

/** A repository on disk. */
export interface HostedRepository {
  /** Absolute path of the bare repository. */
  path: string
  /** The newest commit; nothing in an empty repository. */
  head: string | undefined
}

export interface Hosting {
  readonly git: GitProcesses['run']
  /** The library's repository at its number of pushes. */
  repository(library: SimulatedLibrary): Promise<HostedRepository>
  /** Ends all git processes and removes every repository. */
  close: () => Promise<void>
}

interface Held extends HostedRepository {
  kind: SimulatedLibrary['kind']
  pushes: number
}

/** Hosts nothing yet. `port` is called when a repository is made whose content names the simulator's port. */
export function createHosting(port: () => number): Hosting {
  const processes = createGitProcesses()
  const folder = createFolder()
  /** The last change to each repository: the next one waits for it. */
  const changes = new Map<number, Promise<Held | undefined>>()
  let closed = false
  const upToDate = async (library: SimulatedLibrary, held: Held | undefined): Promise<Held> => {
    if (closed) throw new Error('The simulator is closed.')
    const { githubId, kind } = library
    const pushes = kind === 'empty' ? 0 : library.pushes
    if (held?.kind === kind && held.pushes === pushes) return held
    const carriedOn = held?.kind === kind && held.pushes <= pushes ? held : undefined
    const path = carriedOn?.path ?? (await bareRepository(join(await folder.path(), `${githubId}.git`), kind))
    await commit({
      git: processes.run,
      path,
      library,
      from: carriedOn?.pushes ?? 0,
      to: pushes,
      port: port(),
    })
    return { path, kind, pushes, head: pushes === 0 ? undefined : await headOf(path) }
  }
  return {
    git: processes.run,
    repository: (library) => {
      const before = changes.get(library.githubId) ?? Promise.resolve(undefined)
      const change = before.then((held) => upToDate(library, held))
      changes.set(
        library.githubId,
        // this caller gets the error; the next one starts over
        change.catch(() => undefined),
      )
      return change
    },
    close: async () => {
      closed = true
      await processes.end()
      await Promise.all(changes.values())
      await folder.remove()
    },
  }
}

/** A folder below the system's temporary one, made at its first use. */
function createFolder(): { path(): Promise<string>; remove(): Promise<void> } {
  let made: Promise<string> | undefined
  return {
    path: () => (made ??= mkdtemp(join(tmpdir(), 'almanac-simulator-git-'))),
    remove: async () => {
      if (made !== undefined) await rm(await made, { recursive: true, force: true })
    },
  }
}

/** What `git init --bare` makes, without a process and without the machine's templates. */
async function bareRepository(path: string, kind: SimulatedLibrary['kind']): Promise<string> {
  await rm(path, { recursive: true, force: true })
  for (const folder of ['objects', 'refs/heads']) await mkdir(join(path, folder), { recursive: true })
  await writeFile(join(path, 'HEAD'), `ref: ${BRANCH}\n`)
  await writeFile(join(path, 'config'), kind === 'huge' ? CONFIG + UNCOMPRESSED : CONFIG)
  return path
}

interface Growth {
  git: GitProcesses['run']
  path: string
  library: SimulatedLibrary
  /** Pushes that the repository has. */
  from: number
  /** Pushes that it should have. */
  to: number
  port: number
}

async function commit({ git, path, library, from, to, port }: Growth): Promise<void> {
  if (from === to) return
  const commits = Array.from({ length: to - from }, (_, at): Commit => {
    const push = from + at + 1
    return {
      message: push === 1 ? 'First release' : `Release 0.${push}.0`,
      at: new Date(library.createdAt.getTime() + (push - 1) * DAY_MS),
      files: changedFiles(library, push, port),
    }
  })
  await git({ args: ['fast-import', '--quiet', '--done'], cwd: path, input: fastImport(commits, from > 0) })
}

/** Files that a push adds or changes; no push deletes a file. */
function changedFiles(library: SimulatedLibrary, push: number, port: number): TreeFile[] {
  const files = filesOf(library, push, port)
  if (push === 1) return files
  const before = new Map(filesOf(library, push - 1, port).map((file) => [file.path, file]))
  return files.filter((file) => !sameContent(file, before.get(file.path)))
}

function sameContent(one: TreeFile, other: TreeFile | undefined): boolean {
  if (other === undefined) return false
  if (!('content' in one) || !('content' in other)) return JSON.stringify(one) === JSON.stringify(other)
  return Buffer.from(one.content).equals(Buffer.from(other.content))
}

async function headOf(path: string): Promise<string> {
  return (await readFile(join(path, BRANCH), 'utf8')).trim()
}
