/** What happens to the stack: each disaster strikes, lasts some seconds, and is over when its promise resolves. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND_MS } from '../../../core/durations.ts'
import { POSTGRES_ROLE } from '../../../local/postgres-roles.ts'
import type { Fault } from '../../../simulator/faults.ts'
import type { Chance } from '../soak-chance.ts'
import { withAdministrator } from './administrator.ts'
import { aWhile, LONGEST_MS, type Disaster } from './disaster.ts'
import { kill, type SoakStack } from './soak-stack.ts'
import { wrongClocks } from './wrong-clocks.ts'

/** A start takes 4 to 10 s on two busy cores: most interruptions within this time meet one. */
const LATEST_INTERRUPTION_MS = 6 * SECOND_MS
/** A fault of an upstream meets at most this many requests. */
const MAX_FAULTY_REQUESTS = 8

const pidOf = (stack: SoakStack, pattern: RegExp) =>
  stack.processes().find(({ command }) => pattern.test(command))?.pid

const POSTMASTER = /postgres.* -D |postgres.* --?D/
const TEMPORAL = /server start-dev/
const PAGE = /almanac\.mjs serve /

const restarts: Disaster[] = [
  {
    name: 'up killed',
    strike: async (stack, chance) => {
      await stack.up().end('SIGKILL')
      await sleep(chance(LONGEST_MS / 4))
      await stack.start()
    },
  },
  {
    name: 'Ctrl+C',
    strike: async (stack) => {
      await stack.up().end('SIGINT')
      await stack.start()
    },
  },
  {
    name: 'Ctrl+C twice',
    strike: async (stack, chance) => {
      kill(stack.up().pid, 'SIGINT')
      await sleep(50 + chance(1_500))
      await stack.up().end('SIGINT')
      await stack.start()
    },
  },
  {
    name: 'a second start beside the first',
    strike: async (stack) => {
      const code = await stack.second()
      if (code === 0) stack.broken.push('a second start beside the first ended with 0')
    },
  },
  {
    name: 'power cut',
    strike: async (stack) => {
      await stack.nothingRuns()
      await stack.start()
    },
  },
  {
    name: 'starts interrupted',
    strike: async (stack, chance) => {
      await stack.nothingRuns()
      for (let left = 1 + chance(3); left > 0; left--) {
        stack.begin()
        await sleep(chance(LATEST_INTERRUPTION_MS))
        await stack.nothingRuns()
      }
      await stack.start()
    },
  },
  ...['', '{}', 'null', '{"server":'].flatMap((content) =>
    ['temporal.pid.json', 'stack.lock', 'postgres/postmaster.pid'].map((file) => ({
      name: `power cut that leaves ${file} as ${content === '' ? 'an empty file' : content}`,
      strike: async (stack: SoakStack) => {
        await stack.nothingRuns()
        const path = join(stack.config.stateDir, file)
        if (existsSync(path)) writeFileSync(path, content)
        await stack.start()
      },
    })),
  ),
]

const deaths: Disaster[] = [
  {
    name: 'Temporal killed',
    strike: async (stack, chance) => {
      kill(pidOf(stack, TEMPORAL), 'SIGKILL')
      await aWhile(chance)
    },
  },
  {
    name: 'the page killed',
    strike: async (stack, chance) => {
      kill(pidOf(stack, PAGE), 'SIGKILL')
      await aWhile(chance)
    },
  },
  {
    name: 'PostgreSQL killed',
    strike: async (stack, chance) => {
      kill(pidOf(stack, POSTMASTER), 'SIGKILL')
      await aWhile(chance)
    },
  },
  {
    name: 'PostgreSQL stopped at once',
    strike: async (stack, chance) => {
      kill(pidOf(stack, POSTMASTER), 'SIGQUIT')
      await aWhile(chance)
    },
  },
  ...([TEMPORAL, POSTMASTER, /almanac\.mjs up/] as const).map((which) => ({
    name: `frozen: ${which.source}`,
    strike: async (stack: SoakStack, chance: Chance) => {
      const pid = pidOf(stack, which)
      kill(pid, 'SIGSTOP')
      await aWhile(chance)
      kill(pid, 'SIGCONT')
    },
  })),
]

/** Statements that begin and end a disaster of the database. */
const databases: [name: string, begins: string, ends: string][] = [
  [
    'the database refuses log-ins',
    `alter role ${POSTGRES_ROLE} nologin`,
    `alter role ${POSTGRES_ROLE} login`,
  ],
  [
    'the database is read-only',
    `alter role ${POSTGRES_ROLE} set default_transaction_read_only = on`,
    `alter role ${POSTGRES_ROLE} reset default_transaction_read_only`,
  ],
  [
    'a table is missing',
    'alter table quarantine rename to quarantine_away',
    'alter table quarantine_away rename to quarantine',
  ],
  [
    'the record of runs is missing',
    'alter table pipeline_runs rename to pipeline_runs_away',
    'alter table pipeline_runs_away rename to pipeline_runs',
  ],
]

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where usename = '${POSTGRES_ROLE}' and pid <> pg_backend_pid()`

/** A trouble of the database, as its administrator makes and mends it. */
const troubled =
  (begins: string, ends: string): Disaster['strike'] =>
  async (stack, chance) => {
    // One connection, since a new one may be refused by what was begun.
    await withAdministrator(stack, async (run) => {
      await run(begins)
      await run(CUT)
      await aWhile(chance)
      await run(ends)
    })
  }

const databaseTroubles: Disaster[] = [
  ...databases.map(([name, begins, ends]) => ({ name, strike: troubled(begins, ends) })),
  {
    name: 'all connections cut',
    strike: (stack) =>
      withAdministrator(stack, async (run) => {
        await run(CUT)
      }),
  },
  { name: 'a table is locked', strike: troubled('begin; lock table pipeline_runs', 'commit') },
]

const disks: Disaster[] = [
  {
    name: 'the disk is full',
    strike: async ({ disk }, chance) => {
      disk?.fill()
      await aWhile(chance)
      disk?.free()
    },
  },
  {
    name: 'the disk is full at a start',
    strike: async (stack, chance) => {
      await stack.up().end('SIGINT')
      stack.disk?.fill()
      const up = stack.begin()
      await aWhile(chance)
      stack.disk?.free()
      await up.end('SIGTERM')
      await stack.start()
    },
  },
]

/** Faults after which a source may be partial or failed; what is stored must be true all the same. */
const FAULTS: Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
  { kind: 'latency', ms: 1_500 },
  { kind: 'cut' },
  { kind: 'refuse' },
  { kind: 'slow-drip', bytesPerSecond: 20_000 },
  { kind: 'rate-limited', shape: 'retry-after-seconds', seconds: 1 },
  { kind: 'truncated-json' },
  { kind: 'html' },
  { kind: 'challenge', status: 200 },
  { kind: 'challenge', status: 403 },
  { kind: 'empty' },
  { kind: 'waf' },
  { kind: 'status', status: 500, body: 'an error page\u0000 with \u001b[2J and \u202e in it' },
]

const upstreamTroubles: Disaster[] = [
  ...FAULTS.map((fault) => ({
    name: `upstream: ${Object.values(fault)
      .filter((value) => typeof value !== 'object')
      .map((value) => JSON.stringify(value))
      .join(' ')}`,
    strike: (stack: SoakStack, chance: Chance) => {
      const names = stack.simulator.faults.upstreams
      const name = names[chance(names.length)]
      if (name !== undefined)
        stack.simulator.faults.set(name, { ...fault, times: 1 + chance(MAX_FAULTY_REQUESTS) })
      return Promise.resolve()
    },
  })),
  {
    name: 'no network',
    strike: async (stack, chance) => {
      for (const name of stack.simulator.faults.upstreams)
        stack.simulator.faults.set(name, { kind: 'refuse' })
      await aWhile(chance)
      stack.simulator.faults.clear()
    },
  },
]

/** Draws one; each family comes as often as the others. */
export function drawDisaster(chance: Chance, { disk }: SoakStack): Disaster {
  const families = [
    restarts,
    deaths,
    databaseTroubles,
    upstreamTroubles,
    wrongClocks,
    ...(disk === undefined ? [] : [disks]),
  ]
  const family = families[chance(families.length)] ?? restarts
  const drawn = family[chance(family.length)]
  if (drawn === undefined) throw new Error('a family of disasters is empty')
  return drawn
}
