/** What the machine gives: folders that can be written, space on their disks, free ports. */
import { almanacCommand } from '../../core/command-name.ts'
import { counted } from '../../wording/text.ts'
import { existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvFile } from '../../config/env-file.ts'
import { secretsIn, type Config } from '../../config/load-config.ts'
import { damagedSegments, folderBytes, segmentNames } from '../../db/spool/folder.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { Failure } from '../../core/failures.ts'
import { clusterFolder } from '../../local/embedded-database.ts'
import { lockHolder } from '../../local/file-lock.mjs'
import { pagePorts } from '../../local/page-server.ts'
import { runningPage, runningPostgres, runningTemporal } from '../../local/running-servers.ts'
import { STACK_LOCK_FILE } from '../../local/stack-lock.ts'
import { refuseTakenPort, type PortUse } from '../../local/taken-port.ts'
import { roomIn } from '../../system/free-space.ts'
import { packageRoot } from '../../system/package-root.ts'
import { isWritable, nearestExisting } from '../../system/writable-folder.ts'
import { withRows } from '../dead-letters.ts'
import { bad, none, ok, warn, type Check } from './check.ts'

/** Rights of the group and of others, on systems that have them. */
const FOR_OTHERS = 0o077
const MEGABYTE = 1_000_000
const GIGABYTE = 1_000_000_000

export function checkFolders({ stateDir, dataDir }: Config): Check[] {
  const folders = [
    { name: 'state folder', folder: stateDir, setting: 'ALMANAC_STATE_DIR' },
    { name: 'data folder', folder: dataDir, setting: 'DATA_DIR' },
  ]
  return folders.map(({ name, folder, setting }) => {
    const existing = nearestExisting(folder)
    if (!statSync(existing).isDirectory())
      return bad(name, `${existing} is not a folder`, `correct ${setting}`)
    if (!isWritable(existing))
      return bad(name, `${existing} cannot be written by this user`, `change its owner, or set ${setting}`)
    return withSpace(name, folder, setting, existing)
  })
}

/** Warns of a state folder that other users can enter: logs and Temporal's histories are in it. */
export function checkStateRights({ stateDir }: Pick<Config, 'stateDir'>): Check[] {
  if (process.platform === 'win32' || !existsSync(stateDir)) return []
  if ((statSync(stateDir).mode & FOR_OTHERS) === 0) return []
  return [
    warn(
      'state folder',
      `${stateDir} can be entered by other users of this machine`,
      `chmod 700 ${stateDir}`,
    ),
  ]
}

function withSpace(name: string, folder: string, setting: string, existing: string): Check {
  const { bavail, bsize } = statfsSync(existing)
  return spaceCheck(name, folder, setting, bavail * bsize)
}

/** The verdict on a folder with this many bytes free. */
export function spaceCheck(name: string, folder: string, setting: string, freeBytes: number): Check {
  const found = `${folder}, ${(freeBytes / GIGABYTE).toFixed(1)} GB free`
  const remedy = `free space, or set ${setting} to a folder on a larger disk`
  const room = roomIn(freeBytes)
  if (room === 'enough') return ok(name, found)
  return room === 'little' ? warn(name, found, remedy) : bad(name, found, remedy)
}

/** Warns of keys and passwords that other users of this machine can read; nothing without the file. */
export function checkSecretsFile(file = join(packageRoot, '.env')): Check[] {
  if (process.platform === 'win32' || !existsSync(file)) return []
  if ((statSync(file).mode & FOR_OTHERS) === 0) return [ok('.env', 'readable by its owner alone')]
  if (secretsIn(readEnvFile(file).values).length === 0) return [ok('.env', 'holds no key or password')]
  return [
    warn('.env', `${file} holds keys, and other users of this machine can read it`, `chmod 600 ${file}`),
  ]
}

/** What the spool holds; nothing if it is empty. */
export function checkSpool({ dataDir, env }: Pick<Config, 'dataDir' | 'env'>): Check[] {
  const folder = spoolFolder(dataDir)
  const waiting = segmentNames(folder).length
  const letters = damagedSegments(folder)
  if (waiting + letters.length === 0) return []
  const share = Math.round((folderBytes(folder) / (env.SPOOL_MB * MEGABYTE)) * 100)
  const aside = letters.length === 0 ? '' : `, ${counted(letters.length, 'dead letter')}${withRows(letters)}`
  const command = (words: string) => `"${almanacCommand(`spool ${words}`)}"`
  const remedy =
    waiting > 0
      ? `a running worker loads them once the database answers; ${command('drain')} does it by hand`
      : `${command('list')} says why, ${command('drain --damaged')} tries again; what is not wanted can be deleted from ${folder}`
  return [
    warn(
      'spool',
      `${counted(waiting, 'segment')} ${waiting === 1 ? 'waits' : 'wait'} for the database${aside}; ${share} % of SPOOL_MB`,
      remedy,
    ),
  ]
}

/** The ports of the embedded servers: free, or held by this very stack. */
export async function checkPorts(config: Config): Promise<Check[]> {
  const uses = portUses(config)
  if (uses.length === 0) return [none('ports', 'no embedded server')]
  const ours = processesOf(config.stateDir)
  return Promise.all(uses.map((use) => checkPort(use, ours)))
}

async function checkPort(use: PortUse, ours: Set<number>): Promise<Check> {
  const name = `port ${use.port}`
  try {
    await refuseTakenPort(use)
    return ok(name, `free for ${use.name}`)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { pid } = error.details
    // If the holder is hidden (another system than Linux, another user), a running stack is assumed to be it.
    const isOurs = typeof pid === 'number' ? ours.has(pid) : ours.size > 0
    if (isOurs) return ok(name, `held by ${use.name} of this stack`)
    const [found = '', remedy = ''] = error.message.split('; ')
    return bad(name, found.replace(/^Port \d+, /, ''), remedy.replace(/\.$/, ''))
  }
}

function portUses(config: Config): PortUse[] {
  const { mode, env, ports } = config
  const { page, overview } = pagePorts(config)
  const setting = (name: string) => (mode === 'demo' ? `DEMO_${name}` : name)
  return [
    ...(env.DATABASE_URL === undefined
      ? [{ port: ports.postgres, setting: setting('POSTGRES_PORT'), name: 'PostgreSQL' }]
      : []),
    ...(env.TEMPORAL_ADDRESS === undefined
      ? [
          { port: ports.temporal, setting: setting('TEMPORAL_PORT'), name: 'the Temporal server' },
          { port: ports.temporalUi, setting: setting('TEMPORAL_UI_PORT'), name: "Temporal's Web UI" },
        ]
      : []),
    page,
    overview,
    ...(mode === 'demo' ? [{ port: ports.simulator, setting: 'SIMULATOR_PORT', name: 'the simulator' }] : []),
  ]
}

/** Processes of this state folder: the one that holds its lock, and the servers it started. */
function processesOf(stateDir: string): Set<number> {
  const pids = [
    lockHolder(join(stateDir, STACK_LOCK_FILE))?.pid,
    runningPostgres(clusterFolder(stateDir))?.server.pid,
    runningTemporal(stateDir)?.server.pid,
    runningPage(stateDir)?.server.pid,
  ]
  return new Set(pids.filter((pid) => pid !== undefined))
}
