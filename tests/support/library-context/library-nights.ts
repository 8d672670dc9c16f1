/** Nights over the simulator's odd and hostile repositories: which they are, what came of each, and what they left on this machine. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import {
  commandLine,
  familyOf,
  processes,
} from '../../../activities/library-context/contextmaker/processes.ts'
import type { StoredVerdict } from '../../../db/schema/library-context.ts'
import { contextmakerVenv } from '../../../local/contextmaker-venv.ts'
import { fullNameOf, type RepositoryKind } from '../../../simulator/library-context/libraries.ts'
import { listLibraries } from '../../../simulator/library-context/library-list.ts'
import { MARKER } from '../../../simulator/library-context/repositories/payloads.ts'
import type { LibraryStack, LibraryStackSection } from './library-stack.ts'
import { toolsDir } from '../tools-dir.ts'
import { until } from '../until.ts'

/** Every kind whose build runs a payload. */
export const HOSTILE = [
  'reads-environment',
  'writes-outside',
  'opens-sockets',
  'forks',
  'fills-memory',
  'fills-disk',
  'prints-forever',
  'sleeps',
  'slow-makefile',
  'jupytext-config',
] as const satisfies RepositoryKind[]

/** The domain of these nights. */
export const DOMAIN = 'odd'

const WORLD = listLibraries({ seed: 1, extra: 0 })

/** `owner/name` of the first library of a kind, which has most stars. */
export function nameOf(kind: RepositoryKind): string {
  const found = WORLD.find((library) => library.kind === kind)
  if (found === undefined) throw new Error(`The world has no repository of kind ${kind}.`)
  return fullNameOf(found)
}

/** A section whose only domain is the list of these repositories. */
export function sectionOf(
  kinds: readonly RepositoryKind[],
  settings: Omit<LibraryStackSection, 'domains'> = {},
): LibraryStackSection {
  const list = kinds.map(nameOf)
  return { ...settings, domains: { [DOMAIN]: { description: 'Odd ones', source: { list } } } }
}

/** From now on the domain is the list of these. */
export function listOnly({ settings }: LibraryStack, kinds: readonly RepositoryKind[]): void {
  const domain = settings.domains[DOMAIN]
  if (domain === undefined) throw new Error('The stack was not made for these nights.')
  settings.domains = { [DOMAIN]: { ...domain, source: { list: kinds.map(nameOf) } } }
}

/** The last attempt at a library, and the context that is stored of it. */
export interface AttemptSeen {
  why: string
  outcome: string
  reason: string | null
  tried_at: string
  failures: number
  next_try_at: string | null
  verdicts: StoredVerdict[]
  clone_bytes: string | null
  engine: string | null
  mode: string | null
  markdown: string | null
}

/** Throws if the library was never tried. */
export async function attemptAt({ stack }: LibraryStack, kind: RepositoryKind): Promise<AttemptSeen> {
  const [seen] = await stack.database.select<AttemptSeen & Record<string, unknown>>(sql`
    select why, outcome, reason, tried_at, failures, next_try_at, verdicts, clone_bytes, engine, mode, markdown
    from library_attempts left join library_contexts using (library) where library = ${nameOf(kind).toLowerCase()}`)
  if (seen !== undefined) return seen
  const runs = await stack.database.select(sql`select * from pipeline_runs`)
  throw new Error(`${kind} was not tried: ${JSON.stringify(runs)}`)
}

/** Reasons of the verdict on one mode of contextmaker, or on our own engine (null); undefined if it was not used. */
export function reasonsOf({ verdicts }: AttemptSeen, mode: string | null): string | undefined {
  const found = verdicts.find((verdict) => verdict.mode === mode)
  return found && (found.passed ? 'passed' : found.reasons.join('\n'))
}

/** A library has a context that passed the gate, as its attempt, its file and the list say alike. */
export async function expectContext(night: LibraryStack, kind: RepositoryKind): Promise<string> {
  const { outcome, verdicts, engine, mode, markdown, reason } = await attemptAt(night, kind)
  expect({ kind, outcome, reason: outcome === 'made' ? null : reason }).toEqual({
    kind,
    outcome: 'made',
    reason: null,
  })
  expect(verdicts.at(-1)).toMatchObject({ engine, mode, passed: true, reasons: [] })
  const { hasContextFile, contextFileName = '' } = night.published.entry(DOMAIN, nameOf(kind)) ?? {}
  expect({ kind, hasContextFile }).toEqual({ kind, hasContextFile: true })
  expect(night.published.contextText(contextFileName)).toBe(markdown)
  return markdown ?? ''
}

/** What a payload showed on the page behind its marker; its own source, which may stand there too, shows nothing. */
export function shownBy(text: string, marker: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(marker))
    .map((line) => line.slice(marker.length).trim())
}

/** Files that a payload of these kinds left in a folder or, on request, anywhere below it. */
export function markersIn(folder: string, anywhere = false): string[] {
  // The sandbox's tests make folders of such a name: what a payload leaves is a file.
  return readdirSync(folder, { withFileTypes: true, recursive: anywhere })
    .filter((entry) => entry.isFile() && entry.name.startsWith(MARKER))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** A file as a payload would leave it, deep in a folder. */
export function plantMarker(folder: string): { path: string; remove: () => void } {
  const place = join(folder, 'planted', 'deep')
  mkdirSync(place, { recursive: true })
  const path = join(place, `${MARKER}planted`)
  writeFileSync(path, '')
  const remove = () => {
    rmSync(join(folder, 'planted'), { recursive: true })
  }
  return { path, remove }
}

/** Wherever a payload would like to leave one: the places that all users may write, our homes, tools and data. */
export function markersLeft({ stack }: LibraryStack): string[] {
  const open = ['/', tmpdir(), '/tmp', '/var/tmp', '/dev/shm', homedir(), '/usr', '/usr/bin', process.cwd()]
  const ours = [stack.config.workDir, stack.config.dataDir, contextmakerVenv(toolsDir)]
  return [
    ...open.flatMap((folder) => markersIn(folder)),
    ...ours.flatMap((folder) => markersIn(folder, true)),
  ]
}

/** What the folder for clones holds. */
export function workFolders(workDir: string): string[] {
  return readdirSync(workDir).filter((name) => name !== 'host-id')
}

/** A running sandbox: its outermost process. */
export interface Sandbox {
  pid: number
  /** Unique; in the command line of each of bubblewrap's processes. */
  marker: string
}

/** Sandboxes that a process started and that run. */
export async function sandboxesOf(parent: number): Promise<Sandbox[]> {
  const children = (await processes()).filter((one) => one.parent === parent)
  const found = await Promise.all(
    children.map(async ({ pid }) => ({ pid, marker: markerIn(await commandLine(pid)) ?? '' })),
  )
  return found.filter(({ marker }) => marker !== '')
}

/** The most that any sandbox of this process took while something went on, as far as it was seen. */
export interface Peaks {
  bytes: number
  processes: number
}

/** Reading all of /proc costs milliseconds; the guard polls as often. */
const POLL_INTERVAL_MS = 250

/** Looks at the sandboxes of this process again and again until something is over. */
export async function peaksWhile<T>(over: Promise<T>): Promise<{ result: T; peaks: Peaks }> {
  const peaks = { bytes: 0, processes: 0 }
  let isOver = false
  const ended = over.finally(() => {
    isOver = true
  })
  const check = async () => {
    const all = await processes()
    for (const { pid } of await sandboxesOf(process.pid)) {
      const family = familyOf(pid, all)
      peaks.processes = Math.max(peaks.processes, family.length)
      peaks.bytes = Math.max(
        peaks.bytes,
        family.reduce((sum, { ownBytes }) => sum + ownBytes, 0),
      )
    }
  }
  const looking = async () => {
    while (!isOver) {
      await check()
      await sleep(POLL_INTERVAL_MS)
    }
  }
  const [result] = await Promise.all([ended, looking()])
  return { result, peaks }
}

/** Whether any process of a sandbox is there; its process 1 takes all others with it. */
export async function isRunning({ marker }: Sandbox): Promise<boolean> {
  const lines = await Promise.all((await processes()).map(({ pid }) => commandLine(pid)))
  return lines.some((line) => line.includes(marker))
}

function markerIn(line: string): string | undefined {
  return /--hostname (ctx-[0-9a-f-]{36})/.exec(line)?.[1]
}

/** After a night: no marker on this machine, no call home, no clone and no sandbox left. */
export async function expectContained(night: LibraryStack): Promise<void> {
  const { simulator, config } = night.stack
  expect(markersLeft(night)).toEqual([])
  expect(simulator.requests.count({ upstream: 'git', path: /^\/almanac-hostile\// })).toBe(0)
  expect(workFolders(config.workDir)).toEqual([])
  await until(async () => (await sandboxesOf(process.pid)).length === 0)
}
