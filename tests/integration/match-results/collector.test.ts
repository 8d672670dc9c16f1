/** `almanac collector` as a person starts it, alone: with and without PostgreSQL, once and as a daemon. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isListening } from '../../../local/taken-port.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { linesOf, prepareCollector, type CollectorFolder } from '../../support/match-results/collector.ts'
import { until } from '../../support/until.ts'

let simulator: Simulator
let folder: CollectorFolder

beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(async () => {
  simulator.faults.clear()
  folder = await prepareCollector(simulator)
})
afterEach(() => folder.end())

/** Somebody else's program on the port of the embedded PostgreSQL. */
function hold(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(server)
    })
  })
}

describe('a single collection', () => {
  it('tells of itself in the lines of the document, on the console and in the file, and ends without a trace', async () => {
    const logFile = join(folder.stateDir, 'logs', 'collector.log')
    const { code, stdout, stderr } = await folder.run(['collector', '-v', '--log-file', logFile])
    const lines = linesOf(stdout)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readFileSync(logFile, 'utf8')).toBe(stdout)
    const told = lines.filter((line) => line.startsWith('[INFO]'))
    expect(told[0]).toBe('[INFO] [COLLECTOR-SERVICE] PostgreSQL est là')
    expect(told[1]).toBe('[INFO] [COLLECTOR-SERVICE] Démarrage de la collecte...')
    expect(told.at(-2)).toMatch(/RESUME OK: \d+ \| .* \| EN ATTENTE: [1-9]\d* \|/)
    expect(told.at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Collecte terminée avec succès')
    expect(stdout).toContain('[DEBUG] [COLLECTOR-SERVICE] Match ignoré (non terminé): ')
    expect(await folder.anyListens()).toBe(false)
  })

  it('of a feed that refuses us is told as failed, and never as a success', async () => {
    simulator.faults.set('onexbet', { kind: 'status', status: 403, body: '<html>blocked</html>' })
    const { code, stdout } = await folder.run(['collector'])
    const lines = linesOf(stdout)
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/^\[ERROR\] \[COLLECTOR-SERVICE\] Collecte échouée: .*onexbet/i)
    expect(stdout).not.toContain('succès')
  })

  it('goes on without PostgreSQL: rows are kept on disk, and the next one loads them', async () => {
    const holder = await hold(folder.ports.postgres)
    const without = await folder.run(['collector'])
    const lines = linesOf(without.stdout)
    expect({ code: without.code, stderr: without.stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines[0]).toMatch(new RegExp(`WARNING.*PostgreSQL n'est pas là.*Port ${folder.ports.postgres}`))
    expect(lines.at(-1)).toMatch(/WARNING.*Collecte partielle: [12] relevés? gardés? sur disque/)
    // One cause is told once, without an address that nobody set.
    expect(lines.filter((line) => line.startsWith('[WARNING]'))).toHaveLength(2)
    expect(without.stdout).not.toMatch(/ECONNREFUSED|DATABASE_URL/)
    expect(folder.segments()).not.toEqual([])
    await new Promise((resolve) => holder.close(resolve))

    const next = folder.start('collector', '--daemon')
    await next.said(/Chargement dans PostgreSQL: \d+ lignes? gardées? sur disque/)
    await next.said(/Collecte terminée avec succès/)
    // The first collection may have the lock before the run that the drain starts: then it follows what was loaded.
    await next.said(/Reprise (terminée: \d+ lignes? écrites?|ignorée: [^\n]+)\n/)
    const followed = async () => {
      const [row] = await folder.select<{ n: number }>(
        `select count(followed_at)::int as n from feed_polls where kind = 'feed'`,
      )
      return row?.n ?? 0
    }
    await until(async () => (await followed()) >= 2)
    expect(folder.segments()).toEqual([])
  })
})

describe('the daemon', () => {
  it('starts without PostgreSQL, finds the one that comes, and ends with its last line', async () => {
    const holder = await hold(folder.ports.postgres)
    const daemon = folder.start('collector', '--daemon', '--interval', '30')
    await daemon.said(/Collecte partielle: [12] relevés? gardés? sur disque/)
    await new Promise((resolve) => holder.close(resolve))
    await daemon.said(/PostgreSQL est là/)
    await daemon.said(/Chargement dans PostgreSQL: \d+ lignes? gardées? sur disque/)
    const trigger = await until(async () => {
      const { code } = await folder.run(['schedules', 'trigger', 'match-results'])
      return code === 0
    })
    expect(trigger).toBe(true)
    await daemon.said(/Collecte terminée avec succès/)
    daemon.kill('SIGTERM')
    const { code, stdout, stderr } = await daemon.ended
    const lines = linesOf(stdout)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines[0]).toMatch(/Démarrage du collecteur \(toutes les 30 minutes\)/)
    expect(lines.at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur')
  })

  it('lets the schedule run with its interval, and tells when PostgreSQL goes', async () => {
    const daemon = folder.start('collector', '--daemon', '--interval', '7')
    await daemon.said(/Collecte terminée avec succès/)
    const { stdout } = await until(async () => {
      const listed = await folder.run(['schedules', 'list', '--json'])
      return listed.stdout.includes('almanac collector --daemon') && listed
    })
    const schedules = JSON.parse(stdout) as { id: string; state: string; next?: string }[]
    expect(schedules.filter(({ state }) => state === 'active').map(({ id }) => id)).toEqual(['match-results'])
    const next = new Date(schedules.find(({ id }) => id === 'match-results')?.next ?? '')
    expect(next.getTime() % (7 * 60_000)).toBe(0)
    const [pid] = readFileSync(join(folder.stateDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await daemon.said(/WARNING.*PostgreSQL s'est arrêté; il est redémarré/)
    await until(() => isListening(folder.ports.postgres))
  })
})

describe('--test-db', () => {
  it('says what the database of the configuration is and what we may do, without a secret', async () => {
    const daemon = folder.start('collector', '--daemon')
    await daemon.said(/Démarrage de la collecte/)
    const { code, stdout } = await folder.run(['collector', '--test-db'])
    const password = readFileSync(join(folder.stateDir, 'postgres.password'), 'utf8').trim()
    expect(linesOf(stdout).at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Connexion réussie')
    expect(stdout).toMatch(/PostgreSQL \d+\.\d+ sur 127\.0\.0\.1:\d+/)
    expect(stdout).toMatch(/Latence: \d+\.\d ms/)
    expect(stdout).toContain('écrire dans matches: oui')
    expect(stdout).toContain('Tables à jour')
    expect(stdout).not.toContain(password)
    expect(code).toBe(0)
    const wrong = `postgresql://almanac:not-this-one@127.0.0.1:${folder.ports.postgres}/almanac`
    const refused = await folder.run(['collector', '--test-db'], { DATABASE_URL: wrong })
    expect(refused.code).toBe(1)
    expect(linesOf(refused.stdout).at(-1)).toMatch(/ERROR.*La connexion a échoué: .*password/)
    expect(refused.stdout + refused.stderr).not.toContain('not-this-one')
  })

  it('says that there is none, that the collector does without, and exits with 1', async () => {
    const { code, stdout, stderr } = await folder.run(['collector', '--test-db'])
    expect(linesOf(stdout).slice(-2)).toEqual([
      "[ERROR] [COLLECTOR-SERVICE] Pas de base de données: celle d'Almanac n'a encore jamais démarré ici",
      '[INFO] [COLLECTOR-SERVICE] Le collecteur fonctionne quand même: il garde les relevés sur disque et écrit data/matches.csv',
    ])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  it('of an address that is none says so in the log, and exits with 1', async () => {
    const wrong = { DATABASE_URL: 'foo:not-this-one' }
    const { code, stdout, stderr } = await folder.run(['collector', '--test-db'], wrong)
    expect(linesOf(stdout).at(-1)).toMatch(/ERROR.*DATABASE_URL: .*expected an address such as postgresql:/)
    expect(stdout).not.toContain('not-this-one')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  it('names the program that has the port of the embedded server, and so do other commands', async () => {
    expect((await folder.run(['collector'])).code).toBe(0)
    const holder = await hold(folder.ports.postgres)
    try {
      const { code, stdout } = await folder.run(['collector', '--test-db'])
      expect(stdout).toMatch(new RegExp(`ERROR.*Port ${folder.ports.postgres}.*\\(process ${process.pid}\\)`))
      expect(code).toBe(1)
      const daemon = folder.start('collector', '--daemon', '--interval', '30')
      await daemon.said(/Collecte partielle/)
      const matches = await folder.run(['matches'])
      expect(matches.stderr).toContain(`the collector (process ${daemon.pid}) runs without its database`)
      expect(matches.stderr).not.toContain('npm start')
      expect(matches.code).toBe(3)
    } finally {
      await new Promise((resolve) => holder.close(resolve))
    }
  })
})
