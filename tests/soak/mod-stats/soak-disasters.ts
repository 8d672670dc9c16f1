/** Disasters of a soak during a run: each reports what it did and repairs it within seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../soak-chance.ts'
import type { BenchStack } from '../../../bench/bench-stack.ts'
import type { CommandProcess } from '../../../bench/command-process.ts'
import type { Fault } from '../../../simulator/faults.ts'

/** A stack and the worker that serves it now; disasters replace the worker. */
export interface Victim {
  stack: BenchStack
  worker: CommandProcess
}

/** Maximum time that something is unavailable. */
const LONGEST_AWAY_MS = 5_000
/** A fault of an upstream meets at most this many requests. */
const MAX_FAULTY_REQUESTS = 6

const UPSTREAMS = ['modrinth', 'curseforge', 'curseforge-web'] as const

/** Transient faults: after them the run must be complete, since the activity is retried. */
const PASSING_FAULTS: Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, body: 'bad gateway' },
  { kind: 'status', status: 408 },
  { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
  { kind: 'latency', ms: 1_500 },
  { kind: 'cut' },
  { kind: 'refuse' },
  { kind: 'slow-drip', bytesPerSecond: 20_000 },
  ...(['modrinth', 'retry-after-seconds', 'retry-after-date', 'bare'] as const).map((shape) => ({
    kind: 'rate-limited' as const,
    shape,
    seconds: 1,
  })),
]

/** Faults after which a source may be partial or failed, but must say so, and must store nothing wrong. */
const LYING_FAULTS: Fault[] = [
  { kind: 'truncated-json' },
  { kind: 'html' },
  { kind: 'challenge', status: 200 },
  { kind: 'challenge', status: 403 },
  { kind: 'empty' },
  { kind: 'rename-field', from: 'downloads', to: 'download_count' },
  { kind: 'rename-field', from: 'downloadCount', to: 'downloads' },
  { kind: 'wrong-type', field: 'downloads', value: 'many' },
  { kind: 'wrong-type', field: 'downloadCount', value: -1 },
  { kind: 'rate-limited', shape: 'html', seconds: 1 },
]

export interface Disaster {
  name: string
  /** Whether the run may end partial or failed because of it. */
  lies: boolean
  strike: (victim: Victim, chance: Chance) => Promise<void>
}

const away = (chance: Chance) => sleep(chance(LONGEST_AWAY_MS))

const killWorker: Disaster = {
  name: 'worker killed',
  lies: false,
  strike: async (victim, chance) => {
    await victim.worker.end('SIGKILL')
    await away(chance)
    victim.worker = await victim.stack.startWorker()
  },
}

const stopWorker: Disaster = {
  name: 'worker stopped as by Ctrl+C',
  lies: false,
  strike: async (victim, chance) => {
    await victim.worker.end('SIGINT')
    await away(chance)
    victim.worker = await victim.stack.startWorker()
  },
}

const killTemporal: Disaster = {
  name: 'Temporal killed',
  lies: false,
  strike: async ({ stack }, chance) => {
    process.kill(stack.servers.temporal.pid, 'SIGKILL')
    await away(chance)
    await stack.restartTemporal()
  },
}

const crashPostgres: Disaster = {
  name: 'PostgreSQL stopped at once',
  lies: false,
  strike: async ({ stack }, chance) => {
    // What `pg_ctl stop -m immediate` sends: no checkpoint, recovery from the log at the next start.
    process.kill(stack.servers.postgres.pid, 'SIGQUIT')
    await away(chance)
    await stack.restartPostgres()
  },
}

function fault(change: Fault, lies: boolean): Disaster {
  return {
    name: `upstream: ${Object.values(change)
      .filter((value) => typeof value !== 'object')
      .join(' ')}`,
    lies,
    strike: ({ stack }, chance) => {
      const upstream = UPSTREAMS[chance(UPSTREAMS.length)] ?? 'modrinth'
      stack.simulator.faults.set(upstream, { ...change, times: 1 + chance(MAX_FAULTY_REQUESTS) })
      return Promise.resolve()
    },
  }
}

/** Kills come as often as all faults of upstreams together. */
export function drawDisaster(chance: Chance): Disaster {
  const kills = [killWorker, stopWorker, killTemporal, crashPostgres]
  const faults = [
    ...PASSING_FAULTS.map((change) => fault(change, false)),
    ...LYING_FAULTS.map((change) => fault(change, true)),
  ]
  const pool = chance(2) === 0 ? kills : faults
  return pool[chance(pool.length)] ?? killWorker
}
