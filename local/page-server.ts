/** The server of the page and the API: a process beside the worker, so that either can die alone. */
import { join } from 'node:path'
import type { Config } from '../config/load-config.ts'
import { Failure } from '../core/failures.ts'
import type { Say } from '../core/log-records.ts'
import { packageRoot } from '../system/package-root.ts'
import { CannotStart, endedWhileStarting } from './cannot-start.ts'
import type { ProcessIdentity } from './process-identity.mjs'
import { canonical, runningPage } from './running-servers.ts'
import { endProcess, logEnd, spawnServer, waitUntilReady } from './server-process.ts'
import { isListening, refuseTakenPort, type PortUse } from './taken-port.ts'

/** It loads in a second; on a busy machine in ten. */
const READY_TIMEOUT_MS = 60_000
/** Answers that are on their way are finished; a long export is cut off. */
const STOP_TIMEOUT_MS = 5_000
/** It holds nothing that a kill could lose. */
const KILL_TIMEOUT_MS = 5_000

export interface PageOptions {
  stateDir: string
  /** Address at which it listens. */
  host: string
  page: PortUse
  /** Its second port, which it can do without. */
  overview: PortUse
  /** Options that choose the same stack as ours. */
  options: readonly string[]
  /** Default: that of this process. */
  env: NodeJS.ProcessEnv | undefined
  say: Say
}

export interface RunningPage {
  pid: number
  adopted: false
  stop: () => Promise<void>
}

/** The ports of a stack's page, with the settings that move them. */
export function pagePorts({ mode, ports }: Pick<Config, 'mode' | 'ports'>): {
  page: PortUse
  overview: PortUse
} {
  const prefix = mode === 'demo' ? 'DEMO_' : ''
  return {
    page: { port: ports.page, setting: `${prefix}PAGE_PORT`, name: 'the page' },
    overview: { port: ports.overview, setting: `${prefix}OVERVIEW_PORT`, name: 'the overview' },
  }
}

/**
 * Starts it; returns when its port answers. One that a killed stack left behind is ended first: it keeps no state, and may
 * be of another version. Throws `CannotStart` and `Misconfigured` with the remedy.
 */
export async function startPageServer(options: PageOptions): Promise<RunningPage> {
  const { host, page, overview, say } = options
  const stateDir = canonical(options.stateDir)
  const left = runningPage(stateDir)
  if (left !== undefined) await stop(left.server)
  await refuseTakenPort(page)
  await tellTakenPort(overview, say)
  const logFile = join(stateDir, 'page.log')
  const from = logEnd(logFile)
  const server = await spawnServer({
    name: 'The page',
    command: process.execPath,
    // The folder marks it as this stack's: `runningPage` finds it by that.
    args: [join(packageRoot, 'bin', 'almanac.mjs'), 'serve', ...options.options, '--folder', stateDir],
    logFile,
    env: options.env,
  })
  const ready = await waitUntilReady(server, READY_TIMEOUT_MS, async () =>
    (await isListening(page.port, host)) ? true : undefined,
  ).catch(async (error: unknown) => {
    await stop(server)
    throw error
  })
  if (ready === undefined) throw endedWhileStarting('The page', stateDir, logFile, from)
  return { pid: server.pid, adopted: false, stop: () => stop(server) }
}

async function tellTakenPort(use: PortUse, say: Say): Promise<void> {
  try {
    await refuseTakenPort(use)
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    say(`the page does without its second port: ${error.message}`)
  }
}

async function stop(server: ProcessIdentity): Promise<void> {
  const gone =
    (await endProcess(server, 'SIGTERM', STOP_TIMEOUT_MS)) ||
    (await endProcess(server, 'SIGKILL', KILL_TIMEOUT_MS))
  if (!gone) throw new Failure('CommandTimedOut', `The page (process ${server.pid}) did not stop.`)
}
