/** `almanac collector` as a person starts it, on a server and a database that are there: its log, exit codes and ends. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { parse, stringify } from 'yaml'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applySchedules, scheduleStates, type ScheduleState } from '../../../client/schedules.ts'
import { openCollectorLog } from '../../../cli/match-results/collector/log-lines.ts'
import { testDatabase } from '../../../cli/match-results/collector/test-database.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { takeStackLock } from '../../../local/stack-lock.ts'
import { freePort } from '../../../local/taken-port.ts'
import { startCommand, type CommandResult, type RunningCommand } from '../../support/command.ts'
import { linesOf } from '../../support/match-results/collector.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { eachVariant } from '../../support/each-variant.ts'

/** Longer than the client's own ten seconds: such a feed holds a step until the fault is cleared. */
const HANGING = { kind: 'latency', ms: 60_000 } as const

let stack: TestStack
let running: RunningCommand[] = []

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.stop())
beforeEach(async () => {
  stack.simulator.faults.clear()
  // Leftovers of a daemon on a shared server: its schedule, and a running run.
  await applySchedules(stack.client, stack.config)
  for await (const { workflowId } of stack.client.workflow.list({ query: 'ExecutionStatus="Running"' }))
    await stack.client.workflow.getHandle(workflowId).terminate()
  await stack.database.db.execute(sql`truncate feed_polls, matches, match_observations, pipeline_runs`)
})
afterEach(async () => {
  stack.simulator.faults.clear()
  for (const one of running) one.kill('SIGTERM')
  await Promise.all(running.map(({ ended }) => ended))
  running = []
})

/** The stack's almanac.yaml with match-results on or off. */
function settingsFile(enabled: boolean): string {
  const path = join(stack.config.dataDir, `match-results-${enabled ? 'on' : 'off'}.yaml`)
  const settings = parse(readFileSync(stack.env['ALMANAC_CONFIG'] ?? '', 'utf8')) as Record<string, object>
  const section = { ...settings['match-results'], enabled }
  mkdirSync(stack.config.dataDir, { recursive: true })
  writeFileSync(path, stringify({ ...settings, 'match-results': section }))
  return path
}

function start(args: string[] = [], env: Record<string, string> = {}): RunningCommand {
  const own = { ...stack.env, ALMANAC_CONFIG: settingsFile(true) }
  const collector = startCommand(['collector', ...args], { ...own, ...env })
  running.push(collector)
  return collector
}

const run = (args: string[] = [], env: Record<string, string> = {}): Promise<CommandResult> =>
  start(args, env).ended

function stop(collector: RunningCommand, signal: NodeJS.Signals): Promise<CommandResult> {
  collector.kill(signal)
  return collector.ended
}

async function outcomes(): Promise<string[]> {
  const rows = await stack.database.select<{ outcome: string }>(
    sql`select coalesce(outcome, 'open') as outcome from pipeline_runs order by started_at`,
  )
  return rows.map(({ outcome }) => outcome)
}

const ENDED_WELL = '[INFO] [COLLECTOR-SERVICE] Collecte terminée avec succès'

describe('a single collection', () => {
  it('logs a collection in the documented lines, on the console and in the file', async () => {
    const logFile = join(stack.config.dataDir, 'logs', 'collector.log')
    const { code, stdout, stderr } = await run(['-v', '--log-file', logFile])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readFileSync(logFile, 'utf8')).toBe(stdout)
    const lines = linesOf(stdout)
    // At some moments of the league a match of the first poll is over already.
    const told = lines.filter((line) => line.startsWith('[INFO]') && !line.includes('Match terminé'))
    expect(told).toEqual([
      '[INFO] [COLLECTOR-SERVICE] PostgreSQL est là',
      '[INFO] [COLLECTOR-SERVICE] Démarrage de la collecte...',
      expect.stringMatching(/RESUME OK: \d+ \| .* \| EN ATTENTE: [1-9]\d* \|/),
      ENDED_WELL,
    ])
    expect(stdout).toContain('[DEBUG] [COLLECTOR-SERVICE] Match ignoré (non terminé): ')
    expect(await outcomes()).toEqual(['complete'])
  })

  it('logs first that almanac.yaml does not have it collect', { tags: 'long' }, async () => {
    const { code, stdout } = await run([], { ALMANAC_CONFIG: settingsFile(false) })
    const lines = linesOf(stdout)
    expect(lines[0]).toBe(
      "[WARNING] [COLLECTOR-SERVICE] match-results n'est pas activé dans almanac.yaml (enabled: false ou section absente): le collecteur collecte quand même",
    )
    expect(lines.at(-1)).toBe(ENDED_WELL)
    expect(code).toBe(0)
  })

  it(
    'a feed that refuses us fails the collection, which is never reported as a success',
    { tags: 'long' },
    async () => {
      stack.simulator.faults.set('onexbet', { kind: 'status', status: 403, body: '<html>blocked</html>' })
      const { code, stdout } = await run()
      expect(linesOf(stdout).at(-1)).toMatch(/^\[ERROR\] \[COLLECTOR-SERVICE\] Collecte échouée: .*onexbet/i)
      expect(stdout).not.toContain('succès')
      expect(code).toBe(1)
    },
  )

  eachVariant(['SIGINT', 'SIGTERM'] as const)(
    '%s cancels a waiting collection and closes its record',
    async (signal) => {
      stack.simulator.faults.set('onexbet', HANGING)
      const collector = start()
      await collector.said(/Démarrage de la collecte/)
      const { code, stdout, stderr } = await stop(collector, signal)
      expect(linesOf(stdout).slice(-2)).toEqual([
        '[WARNING] [COLLECTOR-SERVICE] Collecte annulée',
        '[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur',
      ])
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(await outcomes()).toEqual(['cancelled'])
    },
  )

  it('a collector waits for the run that a killed collector left open', { tags: 'long' }, async () => {
    stack.simulator.faults.set('onexbet', HANGING)
    const killed = start()
    await killed.said(/Démarrage de la collecte/)
    killed.kill('SIGKILL')
    await killed.ended
    stack.simulator.faults.clear()
    const { code, stdout } = await run()
    const lines = linesOf(stdout)
    // Its own; the other one may be past its bound on a busy machine, and then fails.
    expect(lines.filter((line) => /Collecte (terminée|échouée|partielle)/.test(line))).toHaveLength(2)
    expect(lines.at(-1)).toBe(ENDED_WELL)
    expect(code).toBe(0)
    expect(await outcomes()).toEqual([expect.not.stringMatching('open'), 'complete'])
  })

  it('runs one collection at a time, however often cron starts it', { tags: 'long' }, async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => run()))
    for (const { code, stderr } of all) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const endings = all.map(({ stdout }) => linesOf(stdout).at(-1) ?? '')
    expect(endings).toContain(ENDED_WELL)
    for (const line of endings)
      expect(line).toMatch(/Collecte terminée avec succès|Collecte ignorée: .* tourne déjà ici/)
  })
})

describe('beside a running stack', { tags: 'long' }, () => {
  it.each([[[]], [['--daemon']]])(
    '%j beside a running stack says so in one line and exits with 0',
    async (args) => {
      const release = await takeStackLock(stack.config.stateDir, 'almanac up')
      try {
        const { code, stdout, stderr } = await run(args)
        expect(linesOf(stdout).filter((line) => !/(Démarrage|Arrêt) du collecteur/.test(line))).toEqual([
          `[INFO] [COLLECTOR-SERVICE] Collecte ignorée: "almanac up" (processus ${process.pid}) tourne déjà ici`,
        ])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(await outcomes()).toEqual([])
      } finally {
        release()
      }
    },
  )
})

describe('the daemon', () => {
  const others = (states: ScheduleState[]) => states.filter(({ id }) => id !== 'match-results')

  it(
    'the daemon collects at once and by its interval, and leaves other schedules of a shared server alone',
    { tags: 'long' },
    async () => {
      const before = await scheduleStates(stack.client)
      const daemon = start(['--daemon', '--interval', '7'])
      await daemon.said(/Collecte terminée avec succès/)
      const during = await scheduleStates(stack.client)
      expect(during.find(({ id }) => id === 'match-results')).toMatchObject({
        state: 'active',
        everyMs: 7 * 60_000,
      })
      const kept = (states: ScheduleState[]) =>
        others(states).map(({ id, state, why }) => ({ id, state, why }))
      expect(kept(during)).toEqual(kept(before))
      const { code, stdout, stderr } = await stop(daemon, 'SIGTERM')
      const lines = linesOf(stdout)
      expect(lines[0]).toBe('[INFO] [COLLECTOR-SERVICE] Démarrage du collecteur (toutes les 7 minutes)')
      expect(lines.at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    },
  )

  it(
    'the daemon reports a database that refuses its password, and exits with 2',
    { tags: 'long' },
    async () => {
      const { code, stdout } = await run(['--daemon'], { DATABASE_URL: refusedUrl() })
      expect(stdout).toMatch(/ERROR.*password authentication failed/)
      expect(stdout).not.toContain('not-this-one')
      expect(code).toBe(2)
    },
  )
})

describe('without PostgreSQL', () => {
  it(
    'keeps rows on disk without PostgreSQL and updates matches.csv; the next collector loads them',
    { tags: 'long' },
    async () => {
      const url = new URL(stack.database.url)
      url.port = String(await freePort())
      const file = join(stack.config.dataDir, 'matches.csv')
      const wasThere = existsSync(file)
      const without = await run([], { DATABASE_URL: url.href })
      expect({ code: without.code, stderr: without.stderr }).toEqual({ code: 0, stderr: '' })
      const warnings = linesOf(without.stdout).filter((line) => line.startsWith('[WARNING]'))
      // One cause is reported once.
      expect(warnings).toEqual([
        expect.stringMatching(/PostgreSQL n'est pas là.*ECONNREFUSED/),
        expect.stringMatching(/Collecte partielle: [12] relevés? gardés? sur disque/),
      ])
      // The file holds matches that are over; at some moments of the league there is none yet.
      const [, confirmed, lastSeen] = /RESUME OK: (\d+) \| DERNIER SCORE VU: (\d+)/.exec(without.stdout) ?? []
      const isAnyOver = Number(confirmed) + Number(lastSeen) > 0
      expect(existsSync(file)).toBe(wasThere || isAnyOver)
      if (isAnyOver) expect(readFileSync(file, 'utf8')).toMatch(/^timestamp_utc,event_id/)

      const next = start(['--daemon'])
      await next.said(/Chargement dans PostgreSQL: \d+ lignes? gardées? sur disque/)
      await next.said(/Collecte terminée avec succès/)
      // The first collection may have the lock before the run that the drain starts: then it follows what was loaded.
      await next.said(/Reprise (terminée: \d+ lignes? écrites?|ignorée: [^\n]+)\n/)
      await until(async () => {
        const [row] = await stack.database.select<{ n: number }>(
          sql`select count(followed_at)::int as n from feed_polls where kind = 'feed'`,
        )
        return (row?.n ?? 0) >= 2
      })
    },
  )
})

/** The stack's database with a wrong password. */
function refusedUrl(): string {
  const url = new URL(stack.database.url)
  url.password = 'not-this-one'
  return url.href
}

describe('--test-db', () => {
  async function test(databaseUrl: string, settings: Record<string, string> = {}) {
    const printed: string[] = []
    const log = openCollectorLog({ verbose: false, write: (line) => printed.push(line) })
    const env = { ...stack.env, ...settings, DATABASE_URL: databaseUrl }
    const code = await testDatabase(() => loadConfig({ env, root: stack.config.workDir }), log)
    return { code, lines: linesOf(printed.join('\n')) }
  }

  it('--test-db describes the configured database and our permissions, without a secret', async () => {
    const { code, lines } = await test(stack.database.url)
    expect(lines).toEqual([
      '[INFO] [COLLECTOR-SERVICE] Test de la connexion à la base de données...',
      expect.stringMatching(/PostgreSQL \d+\.\d+ sur 127\.0\.0\.1:\d+/),
      expect.stringContaining('Base: '),
      expect.stringMatching(/Latence: \d+\.\d ms/),
      expect.stringContaining('écrire dans matches: oui'),
      expect.stringContaining('Tables à jour'),
      '[INFO] [COLLECTOR-SERVICE] Connexion réussie',
    ])
    expect(lines.join('\n')).not.toContain(new URL(stack.database.url).password)
    expect(code).toBe(0)
  })

  it('--test-db says why a database refuses us, without a secret, and returns 1', async () => {
    const { code, lines } = await test(refusedUrl())
    expect(lines.at(-1)).toMatch(/ERROR.*La connexion a échoué: .*password/)
    expect(lines.join('\n')).not.toContain('not-this-one')
    expect(code).toBe(1)
  })

  it('--test-db says that the first collection creates the database, and returns 0 as that collection would', async () => {
    const { code, lines } = await test('')
    expect(lines.at(-1)).toBe(
      "[INFO] [COLLECTOR-SERVICE] Pas encore de base de données: la première collecte crée celle d'Almanac",
    )
    expect(code).toBe(0)
  })

  it('--test-db says that a collection starts the embedded database, and returns 0', async () => {
    const stateDir = join(stack.config.dataDir, 'stopped')
    mkdirSync(join(stateDir, 'postgres'), { recursive: true })
    writeFileSync(join(stateDir, 'postgres.password'), 'a-password')
    const port = String(await freePort())
    const { code, lines } = await test('', { ALMANAC_STATE_DIR: stateDir, POSTGRES_PORT: port })
    expect(lines.at(-1)).toBe(
      `[INFO] [COLLECTOR-SERVICE] Le PostgreSQL d'Almanac ne tourne pas (port ${port}): la collecte le démarre`,
    )
    expect(code).toBe(0)
  })

  it('--test-db logs an invalid address, and returns 1', async () => {
    const { code, lines } = await test('foo:not-this-one')
    expect(lines.at(-1)).toMatch(/ERROR.*DATABASE_URL: .*expected an address such as postgresql:/)
    expect(lines.join('\n')).not.toContain('not-this-one')
    expect(code).toBe(1)
  })
})
