/**
 * The stack of the soak, as a user has it: `almanac up` in a state folder, all pipelines on their schedules, upstreams
 * that are the simulator's. Everything of it can be killed at any moment, also while it starts.
 */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import { connectTemporal } from '../../../client/connection.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { freePort } from '../../../local/taken-port.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { writeFileAtomically } from '../../../system/atomic-file.ts'
import { startCommand, type CommandProcess } from '../../../bench/command-process.ts'
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts'
import { toolsDir } from '../../support/tools-dir.ts'

/**
 * A start that is not ready by then never will be without a hand: some 5 s alone, 40 s beside the tests on two cores.
 * How long each took is printed, and decides nothing.
 */
const READY_WITHIN_MS = 5 * MINUTE_MS
/** What a stack that ended leaves running for longer than this, it leaves for ever. */
const LEFT_WITHIN_MS = 30 * SECOND_MS
/** The state folder's disk: a cluster with its log takes some 150 MB, a first start asks for more. */
const DISK_MB = 1_500
/** Printed by `up` when it takes runs. */
const READY = 'ready      after'
const EXIT_POLL_MS = 100
/** Twice the interval at which wrong-clock.mjs reads it. */
const CLOCK_READ_MS = 200

export interface SoakStack {
  config: Config
  /** Environment of a command that talks to it. */
  env: Record<string, string>
  simulator: Simulator
  /** The disk of its state folder; undefined if this user may not mount one. */
  disk: SmallDisk | undefined
  /** The `up` that runs now. */
  up(): CommandProcess
  /** Starts `up`; resolves when it is ready. Adds to `broken` if that took too long or it ended. */
  start(): Promise<void>
  /** Starts `up` and returns at once: for a start that is interrupted. */
  begin(): CommandProcess
  /** Starts `up` beside the one that runs; returns its exit code. */
  second(): Promise<number | null>
  /** The power goes: kills everything, until nothing of it runs any more. */
  nothingRuns(): Promise<void>
  /** Processes of the state folder that run now, `up` among them. */
  processes(): { pid: number; command: string }[]
  /**
   * Sets the clock of its Node processes, to milliseconds ahead of the machine's; resolves when they have read it. The next
   * start has it too.
   */
  setClock(aheadMs: number): Promise<void>
  /** What was found wrong with its starts and ends; emptied by who reads it. */
  broken: string[]
  /** Milliseconds of each start. */
  starts: number[]
  /** A connection to its Temporal server; closed by who asked for it. */
  client(): Promise<Client>
  /** Ends it, checks that nothing is left, and removes it. */
  close(): Promise<void>
}

/** Makes the folders and the simulator; starts nothing else. */
export async function soakStack(seed: number): Promise<SoakStack> {
  const disk = mountSmallDisk(DISK_MB)
  const root = mkdtempSync(join(disk?.folder ?? tmpdir(), 'almanac-soak-'))
  const stateDir = join(root, 'state')
  mkdirSync(stateDir, { mode: 0o700 })
  symlinkSync(toolsDir, join(stateDir, 'tools'))
  const simulator = await startSimulator({ seed, rateLimits: false })
  const clockFile = join(root, 'clock')
  const setClock = async (aheadMs: number) => {
    writeFileAtomically(clockFile, String(aheadMs))
    await sleep(CLOCK_READ_MS)
  }
  await setClock(0)
  const env = {
    ...(await environment(root, stateDir, simulator.url)),
    NODE_OPTIONS: `--import=${clockModule(clockFile)}`,
  }
  const config: Config = { ...loadConfig({ env, root }), toolsDir }
  const started: CommandProcess[] = []
  const broken: string[] = []
  const starts: number[] = []
  const processes = () => processesOf(stateDir)
  const begin = () => {
    const up = startCommand(['up'], env)
    // Its end is looked at where it matters; one that is killed is no unhandled rejection.
    up.ended.catch(() => undefined)
    started.push(up)
    return up
  }
  const nothingRuns = async () => {
    for (let found = processes(); found.length > 0; found = processes()) {
      for (const { pid } of found) kill(pid, 'SIGKILL')
      await sleep(EXIT_POLL_MS)
    }
  }
  return {
    config,
    env,
    simulator,
    disk,
    broken,
    starts,
    processes,
    setClock,
    begin,
    up: () => {
      const newest = started.at(-1)
      if (newest === undefined) throw new Error('nothing was started')
      return newest
    },
    async start() {
      const trouble = await readyOrWhy(begin, starts)
      if (trouble === undefined) return
      broken.push(trouble)
      await nothingRuns()
      const again = await readyOrWhy(begin, starts)
      if (again !== undefined) throw new Error(`the stack does not start any more: ${again}`)
    },
    second: () => startCommand(['up'], env).ended,
    nothingRuns,
    client: () => connectTemporal(config),
    async close() {
      await started.at(-1)?.end('SIGTERM')
      broken.push(...(await leftProcesses(processes)))
      await nothingRuns()
      await simulator.close()
      rmSync(root, { recursive: true, force: true })
      disk?.remove()
    },
  }
}

/** Address of the module by which a process reads the clock that the file tells. */
function clockModule(file: string): string {
  const url = pathToFileURL(join(import.meta.dirname, 'wrong-clock.mjs'))
  url.searchParams.set('file', file)
  return url.href
}

/** Sends a signal to a process, if it still runs. */
export function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined && pid > 0) process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Starts `up` and waits until it is ready; returns what went wrong, and adds the milliseconds to `starts`. */
async function readyOrWhy(begin: () => CommandProcess, starts: number[]): Promise<string | undefined> {
  const from = performance.now()
  const up = begin()
  const found = await Promise.race([
    up.saw(READY).then(
      () => 'ready',
      (error: unknown) => String(error),
    ),
    sleep(READY_WITHIN_MS, `not ready after ${READY_WITHIN_MS / MINUTE_MS} min`, { ref: false }),
  ])
  starts.push(performance.now() - from)
  return found === 'ready' ? undefined : `a start failed: ${found}\n${up.output().slice(-2_000)}`
}

async function environment(
  root: string,
  stateDir: string,
  simulatorUrl: string,
): Promise<Record<string, string>> {
  const sections = Object.fromEntries(
    PIPELINES.map(({ id, demo }) => [id, { ...demo.section(simulatorUrl), enabled: true }]),
  )
  const variables = Object.fromEntries(
    PIPELINES.flatMap(({ demo }) => Object.entries(('variables' in demo && demo.variables) || {})),
  )
  writeFileSync(join(root, 'almanac.yaml'), stringify(sections))
  return {
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    ALMANAC_CONFIG: join(root, 'almanac.yaml'),
    ALMANAC_STATE_DIR: stateDir,
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
    POSTGRES_PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
    PAGE_PORT: String(await freePort()),
    OVERVIEW_PORT: String(await freePort()),
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
  }
}

/** By command line and environment, since a child of a killed `up` has another parent. */
function processesOf(stateDir: string): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const [command, variables] = [readOf(pid, 'cmdline'), readOf(pid, 'environ')]
    if (!command.includes(stateDir) && !variables.includes(stateDir)) return []
    return command === '' ? [] : [{ pid, command: command.slice(0, 200) }]
  })
}

/** A file of a process; nothing if it is gone, or is another user's, whose command line alone can be read. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return ''
    throw error
  }
}

/** What still runs some seconds after the stack ended. */
async function leftProcesses(processes: SoakStack['processes']): Promise<string[]> {
  const deadline = performance.now() + LEFT_WITHIN_MS
  while (processes().length > 0 && performance.now() < deadline) await sleep(EXIT_POLL_MS)
  return processes().map(({ pid, command }) => `process ${pid} was left over: ${command}`)
}
