/** `almanac collector` with its own servers: the life of a daemon from a start without PostgreSQL to its end. */
// @module-tag long
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ScheduleState } from '../../../client/schedules.ts'
import { isListening } from '../../../local/taken-port.ts'
import { startSimulator, type Simulator } from '../../../simulator/server.ts'
import { linesOf, prepareCollector, type CollectorFolder } from '../../support/match-results/collector.ts'
import { until } from '../../support/until.ts'

let simulator: Simulator
let folder: CollectorFolder

beforeAll(async () => {
  simulator = await startSimulator()
  folder = await prepareCollector(simulator)
})
afterAll(async () => {
  await folder.end()
  await simulator.close()
})

/** Another program on the port of the embedded PostgreSQL. */
function hold(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(server)
    })
  })
}

it('the collector starts without PostgreSQL, uses one that appears, locks its folder, and leaves nothing behind', async () => {
  const holder = await hold(folder.ports.postgres)
  const daemon = folder.start('collector', '--daemon', '--interval', '30')
  await daemon.said(new RegExp(`WARNING.*PostgreSQL n'est pas là.*Port ${folder.ports.postgres}`))
  await daemon.said(/Collecte partielle: [12] relevés? gardés? sur disque/)
  expect(folder.segments()).not.toEqual([])
  // The file holds matches that are over; at some moments of the league there is none yet.
  const summary = await daemon.said(/RESUME OK: \d+ \| DERNIER SCORE VU: \d+/)
  const [, confirmed, lastSeen] = /RESUME OK: (\d+) \| DERNIER SCORE VU: (\d+)/.exec(summary) ?? []
  expect(existsSync(join(folder.stateDir, 'data', 'matches.csv'))).toBe(
    Number(confirmed) + Number(lastSeen) > 0,
  )
  // No address is set that could be corrected.
  expect(daemon.output()).not.toMatch(/ECONNREFUSED|DATABASE_URL/)

  const [up, again] = await Promise.all([folder.run(['up']), folder.run(['collector'])])
  expect(up.stderr).toContain(`in use by "almanac collector --daemon" (process ${daemon.pid}`)
  expect(up.code).toBe(1)
  expect(again.stdout).toContain(`"almanac collector --daemon" (processus ${daemon.pid}) tourne déjà ici`)
  expect(again.code).toBe(0)

  await new Promise((resolve) => holder.close(resolve))
  await daemon.said(/PostgreSQL est là/)
  await daemon.said(/Chargement dans PostgreSQL: \d+ lignes? gardées? sur disque/)
  await daemon.said(/Reprise terminée/)
  expect(folder.segments()).toEqual([])
  const { stdout } = await folder.run(['schedules', 'list', '--json'])
  const active = (JSON.parse(stdout) as ScheduleState[]).filter(({ state }) => state === 'active')
  expect(active).toEqual([expect.objectContaining({ id: 'match-results', everyMs: 30 * 60_000 })])
  expect((await folder.run(['schedules', 'trigger', 'match-results'])).code).toBe(0)
  await daemon.said(/Collecte terminée avec succès/)

  const [pid] = readFileSync(join(folder.stateDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGKILL')
  await daemon.said(/WARNING.*PostgreSQL s'est arrêté; il est redémarré/)
  await until(() => isListening(folder.ports.postgres))

  daemon.kill('SIGTERM')
  const ended = await daemon.ended
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
  expect(linesOf(ended.stdout).at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur')
  expect(await folder.anyListens()).toBe(false)
})
