/** `almanac up` on a live state folder: its output, its end, and what it does with servers that were left running. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { openDatabase } from '../../db/database.ts'
import { embeddedDatabaseUrl } from '../../local/embedded-database.ts'
import { runningPage } from '../../local/running-servers.ts'
import { freePort, isListening } from '../../local/taken-port.ts'
import { startSimulator, type Simulator } from '../../simulator/server.ts'
import { commandProcess, startCommand, type RunningCommand } from '../support/command.ts'
import { simulatedMods } from '../support/stack.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { until } from '../support/until.ts'

let stateDir: string
let simulator: Simulator
let ports: { postgres: number; temporal: number; ui: number; page: number; overview: number }
let env: Record<string, string>
let running: RunningCommand[] = []

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'almanac-up-'))
  symlinkSync(toolsDir, join(stateDir, 'tools'))
  simulator = await startSimulator()
  ports = {
    postgres: await freePort(),
    temporal: await freePort(),
    ui: await freePort(),
    page: await freePort(),
    overview: await freePort(),
  }
  const configFile = join(stateDir, 'almanac.yaml')
  const modStats = { mods: simulatedMods(3), modpacks: { page_delay_seconds: 0 } }
  writeFileSync(configFile, stringify({ 'mod-stats': modStats }))
  env = {
    ALMANAC_STATE_DIR: stateDir,
    ALMANAC_CONFIG: configFile,
    DATA_DIR: join(stateDir, 'data'),
    BACKUP_DIR: join(stateDir, 'backups'),
    POSTGRES_PORT: String(ports.postgres),
    TEMPORAL_PORT: String(ports.temporal),
    TEMPORAL_UI_PORT: String(ports.ui),
    PAGE_PORT: String(ports.page),
    OVERVIEW_PORT: String(ports.overview),
    MODRINTH_URL: `${simulator.url}/modrinth/v2`,
    CURSEFORGE_URL: `${simulator.url}/curseforge`,
    CURSEFORGE_WEB_URL: `${simulator.url}/curseforge-web`,
    CURSEFORGE_API_KEY: 'test',
  }
})
afterEach(async () => {
  for (const one of running) one.kill('SIGTERM')
  await Promise.all(running.map(({ ended }) => ended))
  running = []
  // What a test that failed may have left: a start adopts it, and its end stops it.
  if (await anyListens()) {
    const cleaner = startCommand(['up'], env)
    await cleaner.said(/Ctrl\+C stops everything/)
    cleaner.kill('SIGTERM')
    await cleaner.ended
  }
})
afterAll(async () => {
  await simulator.close()
  rmSync(stateDir, { recursive: true, force: true })
})

/** Starts the stack and waits until it stays up. */
async function up(): Promise<RunningCommand> {
  const started = startCommand(['up'], env)
  running.push(started)
  await started.said(/Ctrl\+C stops everything/)
  return started
}

async function stop(stack: RunningCommand): Promise<void> {
  stack.kill('SIGTERM')
  expect(await stack.ended).toMatchObject({ code: 0, stderr: '' })
  expect(await anyListens()).toBe(false)
}

async function anyListens(): Promise<boolean> {
  return (await Promise.all(Object.values(ports).map((port) => isListening(port)))).includes(true)
}

async function select<Row extends Record<string, unknown>>(query: ReturnType<typeof sql>): Promise<Row[]> {
  const database = openDatabase(embeddedDatabaseUrl(stateDir, ports.postgres) ?? '', () => undefined)
  try {
    return (await database.db.execute<Row>(query)).rows as Row[]
  } finally {
    await database.close()
  }
}

const outcomes = async () =>
  (await select<{ outcome: string }>(sql`select outcome from pipeline_runs`)).map(({ outcome }) => outcome)

const firstCollection = () => until(async () => (await outcomes()).some((outcome) => outcome === 'complete'))

/** A separate run; while a first collection still runs it is skipped, and started again. */
async function collectNow(): Promise<void> {
  const { code, stdout } = await until(async () => {
    const run = await commandProcess(['run', 'mod-stats', '--wait', '--strict'], env)
    return !run.stdout.includes('already running') && run
  })
  expect(stdout).toMatch(/complete after/)
  expect(code).toBe(0)
}

describe('almanac up', () => {
  it('a start that fails while its servers start leaves none of them behind', { tags: 'long' }, async () => {
    const state = join(stateDir, 'without bundles')
    const tools = join(state, 'tools')
    mkdirSync(tools, { recursive: true })
    for (const tool of readdirSync(toolsDir)) symlinkSync(join(toolsDir, tool), join(tools, tool))
    // The bundle of the workflows is built for two seconds, and cannot be written there.
    rmSync(join(tools, 'bundles'), { force: true })
    symlinkSync('/proc', join(tools, 'bundles'))
    const { code, stderr } = await commandProcess(['up', '--once'], { ...env, ALMANAC_STATE_DIR: state })
    expect(code).not.toBe(0)
    expect(stderr).toContain('bundles')
    expect(await anyListens()).toBe(false)
  })

  it(
    'up reports where everything is, collects once, refuses a second stack, and leaves nothing behind',
    { tags: 'long' },
    async () => {
      const first = await up()
      expect(first.output()).toMatch(new RegExp(`database .*127.0.0.1:${ports.postgres}`))
      expect(first.output()).toMatch(new RegExp(`temporal .*127.0.0.1:${ports.temporal}`))
      expect(first.output()).toContain(`http://127.0.0.1:${ports.ui}`)
      expect((await fetch(`http://127.0.0.1:${ports.ui}`)).status).toBe(200)
      await firstCollection()
      expect(first.output()).toContain(`http://127.0.0.1:${ports.page}`)
      const rows = `http://127.0.0.1:${ports.page}/api/data/mod-stats/daily-stats`
      expect(await (await fetch(rows)).json()).toMatchObject({ rows: Array.from({ length: 6 }, () => ({})) })

      const second = await commandProcess(['up'], env)
      expect(second.code).toBe(1)
      expect(second.stderr).toMatch(new RegExp(`"almanac up" \\(process ${first.pid}, since `))
      const before = await outcomes()
      await stop(first)

      const again = await up()
      expect(again.output()).not.toMatch(/collecting|adopted/)
      expect(await outcomes()).toEqual(before)
      const days = await select<{ n: number }>(sql`select count(*)::int as n from daily_stats`)
      expect(days).toEqual([{ n: 6 }])
      // The other pipeline has no section in almanac.yaml: it does not run and is not mentioned.
      expect(await select(sql`select distinct pipeline from pipeline_runs`)).toEqual([
        { pipeline: 'mod-stats' },
      ])
      await stop(again)
      for (const one of [first, again]) expect(one.output()).not.toContain('crypto-forecast')
    },
  )

  it('up adopts the servers that a killed stack left, and works with them', { tags: 'long' }, async () => {
    const killed = await up()
    killed.kill('SIGKILL')
    await killed.ended
    expect(await isListening(ports.postgres)).toBe(true)
    expect(await isListening(ports.temporal)).toBe(true)
    const next = await up()
    expect(next.output()).toMatch(/adopted .*PostgreSQL.*Temporal/)
    await collectNow()
    await stop(next)
  })

  it('up starts PostgreSQL and the page again when they die', { tags: 'long' }, async () => {
    const stack = await up()
    await firstCollection()
    const page = runningPage(stateDir)
    if (page === undefined) throw new Error('there is no page')
    process.kill(page.server.pid, 'SIGKILL')
    await stack.said(/the page ended unexpectedly; starting it again/)
    await until(() => isListening(ports.page))
    const [pid] = readFileSync(join(stateDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await stack.said(/PostgreSQL ended unexpectedly; starting it again/)
    await until(() => isListening(ports.postgres))
    await collectNow()
    await stop(stack)
  })

  it(
    'up collects without a page whose port is taken, and starts it once the port is free',
    { tags: 'long' },
    async () => {
      const holder = await hold(ports.page)
      const stack = await up()
      expect(stack.output()).toMatch(
        new RegExp(`the page could not be started: Port ${ports.page}, .*set PAGE_PORT to a free port`),
      )
      await collectNow()
      const other = await hold(ports.overview)
      await new Promise((resolve) => holder.close(resolve))
      await stack.said(/the page does without its second port: .*set OVERVIEW_PORT to a free port/)
      await until(() => isListening(ports.page))
      await new Promise((resolve) => other.close(resolve))
      await stop(stack)
    },
  )

  it.each([
    ['POSTGRES_PORT', 'postgres'],
    ['TEMPORAL_PORT', 'temporal'],
    ['TEMPORAL_UI_PORT', 'ui'],
  ] as const)(
    'up names %s when that port is taken, and leaves nothing running',
    { tags: 'long' },
    async (setting, name) => {
      const holder = await hold(ports[name])
      const { code, stderr } = await commandProcess(['up'], env)
      expect(stderr).toMatch(new RegExp(`Port ${ports[name]}, .*set ${setting} to a free port`))
      expect(code).toBe(4)
      await new Promise((resolve) => holder.close(resolve))
      expect(await anyListens()).toBe(false)
    },
  )
})

it(
  'up --demo names the setting of the simulator when its port is taken, before it starts anything',
  { tags: 'long' },
  async () => {
    const port = await freePort()
    const holder = await hold(port)
    const { code, stdout, stderr } = await commandProcess(['up', '--demo'], {
      ...env,
      SIMULATOR_PORT: String(port),
    })
    expect(stderr).toMatch(
      new RegExp(`Port ${port}, wanted by the simulator, .*set SIMULATOR_PORT to a free port`),
    )
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    await new Promise((resolve) => holder.close(resolve))
  },
)

function hold(port: number): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(server)
    })
  })
}
