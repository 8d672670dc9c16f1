/** library-context: a night of 100 changed libraries, and one in which nothing changed; the simulator has no latency. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { endingOf, startRun } from '../../client/runs.ts'
import { ensureContextmaker } from '../../local/contextmaker-venv.ts'
import { pipelineById } from '../../pipelines/index.ts'
import { startBenchStack, toolsDir, type BenchStack } from '../bench-stack.ts'
import { memoryMb } from '../command-process.ts'
import { median, spread, type Figure } from '../figure.ts'
import { sentence } from '../../wording/sentence.ts'

const LIBRARIES = 100
const AT_ONCE = 4
const UNCHANGED_NIGHTS = 5
/** As many places in the list as the world has plain libraries. */
const ASTRONOMY = {
  description: 'Astronomy',
  source: 'ascl' as const,
  keywords: ['astro', 'sky', 'gal', 'cosmo'],
  top: LIBRARIES,
}
/** What is promised. */
const CHANGED_SECONDS = 180
const UNCHANGED_SECONDS = 6
const MEMORY_MB = 500
/** Clones live for a second or two: this poll interval sees most of them. */
const POLL_INTERVAL_MS = 100

export async function libraryContext(): Promise<Figure[]> {
  await ensureContextmaker(toolsDir, () => undefined)
  const stack = await startBenchStack({
    simulator: { libraries: LIBRARIES },
    tracked: () => ({
      'library-context': { enabled: true, chains: AT_ONCE, domains: { astronomy: ASTRONOMY } },
    }),
  })
  try {
    const worker = await stack.startWorker()
    try {
      const first = await timedNight(stack)
      // Every context seems to be of another commit.
      await stack.database.db.execute(sql`update library_contexts set commit = 'older'`)
      const watch = watchMachine(worker.pid, stack.config.workDir)
      const changed = await timedNight(stack)
      const seen = await watch.end()
      const quiet: number[] = []
      for (let night = 0; night < UNCHANGED_NIGHTS; night++) quiet.push((await timedNight(stack)).seconds)
      const { events } = await timedNight(stack)
      return [
        figureOf(`first night, ${LIBRARIES} new libraries`, first),
        {
          ...figureOf(`${LIBRARIES} changed libraries, ${AT_ONCE} at once`, changed),
          atMost: CHANGED_SECONDS,
        },
        { what: '  history events of the night', value: changed.events, unit: '' },
        {
          what: "  worker's peak memory",
          value: memoryMb(worker.pid, 'VmHWM'),
          unit: 'MB',
          atMost: MEMORY_MB,
        },
        { what: '  with git and contextmaker, at the highest', value: seen.memory, unit: 'MB' },
        { what: '  clones on disk at once, at the most', value: seen.clones, unit: '', atMost: AT_ONCE },
        { what: '  on disk at the highest', value: seen.disk, unit: 'MB' },
        {
          what: `unchanged night, ${LIBRARIES} libraries`,
          value: median(quiet),
          unit: 's',
          atMost: UNCHANGED_SECONDS,
          note: `${UNCHANGED_NIGHTS} nights, ${spread(quiet, 's')}, ${events} events`,
        },
      ]
    } finally {
      await worker.end('SIGTERM')
    }
  } finally {
    await stack.stop()
  }
}

function figureOf(what: string, { seconds, outcome, made, tried }: Awaited<ReturnType<typeof timedNight>>) {
  return { what, value: seconds, unit: 's', note: `${outcome}, ${made} of ${tried} contexts made` }
}

async function timedNight(stack: BenchStack) {
  const pipeline = pipelineById('library-context')
  if (pipeline === undefined) throw new Error('expected library-context in the registry')
  const startedAt = performance.now()
  const handle = await startRun(stack.client, pipeline, 'manual')
  const { outcome, counts } = await endingOf(handle)
  const seconds = (performance.now() - startedAt) / 1000
  const { events } = await handle.fetchHistory()
  for (const [part, { why }] of Object.entries(counts))
    if (why.length > 0) process.stderr.write(`${part}: ${why.map((one) => sentence(one)).join('; ')}\n`)
  const { fetched: tried = 0, written: made = 0 } = counts['contexts'] ?? {}
  return { seconds, outcome, tried, made, events: events?.length ?? 0 }
}

/** Looks again and again at what the worker and its programs hold, and at the clones. */
function watchMachine(pid: number, workDir: string) {
  const most = { memory: 0, clones: 0, disk: 0 }
  let ended = false
  const check = async () => {
    while (!ended) {
      const clones = clonesIn(workDir)
      most.clones = Math.max(most.clones, clones.length)
      most.disk = Math.max(most.disk, clones.reduce((sum, folder) => sum + bytesIn(folder), 0) / 1e6)
      most.memory = Math.max(most.memory, memoryOfTree(pid))
      await sleep(POLL_INTERVAL_MS)
    }
  }
  const looking = check()
  return {
    async end() {
      ended = true
      await looking
      return most
    },
  }
}

function clonesIn(workDir: string): string[] {
  return foldersIn(workDir).flatMap(foldersIn)
}

/** A process that ends meanwhile does not count. */
function foldersIn(folder: string): string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
}

function bytesIn(folder: string): number {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true, recursive: true })) ?? []
  const sizes = entries.map(
    (entry) => unlessGone(() => lstatSync(join(entry.parentPath, entry.name)).size) ?? 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Resident memory of a process and its descendants, shared pages by their share, in megabytes. */
function memoryOfTree(root: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const status = /^\d+$/.test(name)
      ? unlessGone(() => readFileSync(`/proc/${name}/stat`, 'utf8'))
      : undefined
    if (status !== undefined)
      parents.set(Number(name), Number(status.slice(status.lastIndexOf(')') + 4).split(' ')[0]))
  }
  const isOurs = (pid: number): boolean => pid === root || (parents.has(pid) && isOurs(parents.get(pid) ?? 0))
  const pids = [...parents.keys()].filter((pid) => pid > 1 && isOurs(pid))
  return pids.reduce((sum, pid) => sum + shareOf(pid), 0)
}

function shareOf(pid: number): number {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? ''
  return (Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024) / 1e6
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}
