/**
 * A real MLflow: its tracking server and its scoring server, each on a free port of loopback, with a separate folder.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, openSync, closeSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from 'vitest'
import { logTail } from '../../../local/server-process.ts'
import { freePort } from '../../../local/taken-port.ts'
import { packageRoot } from '../../../system/package-root.ts'

/** A server that was asked to end is killed after this time. */
const END_MS = 10_000
/** Python servers start within seconds: looking more often only warms the machine. */
const POLL_INTERVAL_MS = 100

const program = [
  join(packageRoot, '.almanac/tools/mlflow/bin'),
  ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
]
  .map((folder) => join(folder, 'mlflow'))
  .find(isExecutable)

/** Set by `.ci/run` after it installed MLflow: from then on a missing program is a failure. */
const isRequired = process.env.CI === 'true' && process.env.ALMANAC_TEST_MLFLOW === '1'

export interface MlflowProcess {
  url: string
  /** Everything that it keeps; goes when it is stopped. */
  folder: string
  stop: () => Promise<void>
}

/** `describe`, skipped with a plain word if there is no `mlflow` program. */
export function describeMlflow(name: string, tests: () => void): void {
  if (program !== undefined || isRequired) describe(name, tests)
  else describe.skip(`${name} (skipped: no mlflow in .almanac/tools/mlflow or on PATH)`, tests)
}

/** A tracking server with an SQLite store that passes artifacts on. */
export function startMlflowServer(): Promise<MlflowProcess> {
  return start(
    (port, folder) => [
      'server',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--workers',
      '1',
      '--backend-store-uri',
      `sqlite:///${join(folder, 'mlflow.db')}`,
      '--serve-artifacts',
      '--artifacts-destination',
      join(folder, 'artifacts'),
    ],
    {},
  )
}

/** A scoring server for a model of a tracking server, such as `models:/name/1`. */
export function startModelServer(trackingUrl: string, modelUri: string): Promise<MlflowProcess> {
  return start(
    (port) => [
      'models',
      'serve',
      '--model-uri',
      modelUri,
      '--env-manager',
      'local',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
    ],
    { MLFLOW_TRACKING_URI: trackingUrl },
  )
}

async function start(
  args: (port: number, folder: string) => string[],
  extra: Record<string, string>,
): Promise<MlflowProcess> {
  if (program === undefined) throw new Error('.ci/run installed MLflow, but there is no mlflow program')
  const folder = mkdtempSync(join(tmpdir(), 'almanac-mlflow-'))
  const port = await freePort()
  const logFile = join(folder, 'mlflow.log')
  const log = openSync(logFile, 'a')
  // A separate group: the program starts others, and all of them must end.
  const child = spawn(program, args(port, folder), {
    cwd: folder,
    env: environment(program, folder, extra),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const group = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('spawn', () => {
      resolve(child.pid ?? NaN)
    })
  })
  const endWithUs = (): void => {
    signalGroup(group, 'SIGKILL')
  }
  process.once('exit', endWithUs)
  const stop = async (): Promise<void> => {
    await endGroup(group)
    process.off('exit', endWithUs)
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const tail = logTail(logFile)
      await stop()
      throw new Error(`mlflow ended before it was ready:\n${tail}`)
    }
    await sleep(POLL_INTERVAL_MS)
  }
  return { url, folder, stop }
}

/** Nothing of the developer's: another tracking server, a proxy, or a home with settings. */
function environment(
  executable: string,
  folder: string,
  extra: Record<string, string>,
): Record<string, string> {
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  return {
    // The scoring server is started by the name `uvicorn`.
    PATH: `${dirname(executable)}${delimiter}${process.env.PATH ?? ''}`,
    HOME: folder,
    TMPDIR: temporary,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    // Eight more processes for jobs that are never started here.
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    ...extra,
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok
  } catch {
    // Nothing listens yet; the caller sees a process that ended.
    return false
  }
}

async function endGroup(group: number): Promise<void> {
  const deadline = Date.now() + END_MS
  signalGroup(group, 'SIGTERM')
  while (signalGroup(group, 0)) {
    if (Date.now() > deadline) signalGroup(group, 'SIGKILL')
    await sleep(POLL_INTERVAL_MS)
  }
}

/** False if the group is gone. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
