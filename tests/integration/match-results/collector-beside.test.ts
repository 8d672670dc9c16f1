/** `almanac collector` where something runs already: a whole stack, another collector; and how it is stopped. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

interface Schedule {
  id: string
  state: string
  note: string
  everyMs?: number
  next?: string
}

async function scheduleOfMatches(): Promise<Schedule> {
  const { stdout } = await folder.run(['schedules', 'list', '--json'])
  const found = (JSON.parse(stdout) as Schedule[]).find(({ id }) => id === 'match-results')
  if (found === undefined) throw new Error(`no match-results in ${stdout}`)
  return found
}

async function up() {
  const stack = folder.start('up')
  await stack.said(/Ctrl\+C stops everything/)
  return stack
}

const collected = (count: number) =>
  until(async () => {
    const [row] = await folder.select<{ n: number }>(
      "select count(*)::int as n from pipeline_runs where pipeline = 'match-results' and outcome = 'complete'",
    )
    return row?.n === count
  })

describe('beside a running stack', () => {
  it('a single collection is made by that stack, and told', async () => {
    const stack = await up()
    const { code, stdout, stderr } = await folder.run(['collector'])
    const lines = linesOf(stdout)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines[0]).toContain(`La collecte se joint à "almanac up" (processus ${stack.pid})`)
    expect(lines.at(-2)).toMatch(/RESUME OK: \d+ .*\([1-9]\d* matchs lus, /)
    expect(lines.at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Collecte terminée avec succès')
    await collected(1)
    expect(stack.output()).not.toContain('ended unexpectedly')
  })

  it('the daemon lets its schedule run, tells of each run, and leaves it as it was', async () => {
    await up()
    const before = await scheduleOfMatches()
    expect(before).toMatchObject({ state: 'paused' })
    const daemon = folder.start('collector', '--daemon', '--interval', '7')
    await daemon.said(/Collecte terminée avec succès/)
    const during = await until(async () => {
      const now = await scheduleOfMatches()
      return now.state === 'active' && now
    })
    expect(new Date(during.next ?? '').getTime() % (7 * 60_000)).toBe(0)
    await folder.run(['schedules', 'trigger', 'match-results'])
    await daemon.said(/succès[^]*Collecte terminée avec succès/)
    daemon.kill('SIGINT')
    const { code, stdout, stderr } = await daemon.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(linesOf(stdout).at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur')
    const after = await scheduleOfMatches()
    expect({ state: after.state, note: after.note }).toEqual({ state: before.state, note: before.note })
  })

  it('the daemon keeps its interval unless another one is asked for, and says what it does', async () => {
    await up()
    const schedule = async () => (await scheduleOfMatches()).everyMs
    expect(await schedule()).toBe(60_000)
    const changing = folder.start('collector', '--daemon', '--interval', '5', '--verbose')
    await changing.said(/INFO.*Intervalle de la pile: 1 -> 5 minutes/)
    expect(await schedule()).toBe(300_000)
    expect(changing.output()).toMatch(/Match ignoré \(non terminé\): .* - (pas encore commencé|en cours)/)
    changing.kill('SIGTERM')
    await changing.ended
    expect(await schedule()).toBe(60_000)
    const { stdout } = await folder.run(['schedules', 'list'])
    expect(stdout).toMatch(/match-results +paused +every (1 min|60 s|60\.0 s)/)
    const keeping = folder.start('collector', '--daemon')
    await keeping.said(/INFO.*Intervalle de la pile: toutes les minutes/)
    expect(await schedule()).toBe(60_000)
  })

  it('an operator who pauses the schedule meanwhile is obeyed', async () => {
    await up()
    const daemon = folder.start('collector', '--daemon')
    await daemon.said(/Collecte terminée avec succès/)
    await until(async () => (await scheduleOfMatches()).state === 'active')
    await folder.run(['schedules', 'pause', 'match-results'])
    await daemon.said(/WARNING.*La planification est en pause/)
    daemon.kill('SIGTERM')
    expect(await daemon.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await scheduleOfMatches()).toMatchObject({ state: 'paused' })
  })
})

describe('a stack that is started later', () => {
  it('takes the place of the daemon, which makes way and joins it', async () => {
    const daemon = folder.start('collector', '--daemon', '--interval', '30')
    await daemon.said(/Collecte terminée avec succès/)
    const stack = folder.start('up')
    await daemon.said(/INFO.*"almanac up" \(processus \d+\) démarre: le collecteur lui cède la place/)
    await stack.said(/waiting for "almanac collector --daemon" \(process \d+\) to make way[^]*Ctrl\+C stops/)
    await daemon.said(/La collecte se joint à "almanac up"[^]*Collecte terminée avec succès/)
    const polls = await until(async () => (await scheduleOfMatches()).everyMs === 30 * 60_000)
    expect(polls).toBe(true)
    daemon.kill('SIGTERM')
    const { code, stdout, stderr } = await daemon.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(linesOf(stdout).filter((line) => line.includes('ERROR'))).toEqual([])
  })

  it('is refused beside another stack, with what to do', async () => {
    const stack = await up()
    const { code, stderr } = await folder.run(['up'])
    expect(code).toBe(1)
    expect(stderr).toContain(`in use by "almanac up" (process ${stack.pid}`)
    expect(stderr).toContain(`kill ${stack.pid}`)
  })
})

describe('several collectors at once', () => {
  it('collect once and end well, as cron starts them', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => folder.run(['collector'])))
    for (const { code, stderr } of all) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const endings = all
      .map(({ stdout }) => linesOf(stdout).at(-1) ?? '')
      .map((line) => line.slice('[INFO] [COLLECTOR-SERVICE] '.length))
    expect(endings.filter((line) => line.includes('avec succès')).length).toBeGreaterThan(0)
    for (const line of endings) expect(line).toMatch(/^(Collecte terminée avec succès|Collecte ignorée: .*)$/)
  })
})

describe('a stop', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends a collection that waits, and closes its record',
    async (signal) => {
      simulator.faults.set('onexbet', { kind: 'latency', ms: 60_000 })
      const collector = folder.start('collector')
      await collector.said(/Démarrage de la collecte/)
      collector.kill(signal)
      const { code, stdout, stderr } = await collector.ended
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(linesOf(stdout).at(-1)).toBe('[INFO] [COLLECTOR-SERVICE] Arrêt du collecteur')
      simulator.faults.clear()
      const next = await folder.run(['collector'])
      expect(next.code).toBe(0)
      expect(linesOf(next.stdout).at(-1)).toContain('avec succès')
      expect(next.stdout).not.toContain('Reprise')
    },
  )
})
