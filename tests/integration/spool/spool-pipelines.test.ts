/**
 * mod-stats and crypto-forecast while the database becomes unavailable in the middle of a run: partial, spooled, and
 * complete after the drain.
 */
import { sql } from 'drizzle-orm'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { segmentNames, waitingSegments } from '../../../db/spool/folder.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { type RunningWorker } from '../../../worker/start-worker.ts'
import {
  cryptoForecast,
  seriesRows,
  startCryptoStack,
  type CryptoStack,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import type { WorkerChange } from '../../support/stack.ts'
import { stored, truthOf } from '../../support/truth.ts'
import { until } from '../../support/until.ts'

const AT = '2026-03-10T12:20:00Z'
/** One try and one more. */
const SHORT_RETRY_BUDGET_MS = 300

let crypto: CryptoStack
let proxy: DatabaseProxy
let worker: RunningWorker | undefined
let folder: string

beforeAll(async () => {
  crypto = await startCryptoStack({ at: AT, pages: 100 })
  folder = join(crypto.stack.config.dataDir, 'spool')
})
afterAll(() => crypto.stop())
beforeEach(async () => {
  await crypto.reset()
  await crypto.stack.database.db.execute(
    sql`truncate mods, daily_stats, version_stats, modpacks, modpack_stats cascade`,
  )
  proxy = await startDatabaseProxy(crypto.stack.database.url)
})
afterEach(async () => {
  await worker?.stop()
  worker = undefined
  await proxy.goOffline()
})

/** A worker whose database is behind the proxy. */
async function startWorker(dependencies: WorkerChange['dependencies'] = {}): Promise<void> {
  worker = await crypto.startWorker({
    env: { DATABASE_URL: proxy.url },
    dependencies: { retryBudgetMs: SHORT_RETRY_BUDGET_MS, ...dependencies },
  })
}

const records = () =>
  crypto.stack.database.select<{ run_id: string; outcome: string; trigger: string }>(
    sql`select run_id, outcome, trigger from pipeline_runs order by started_at`,
  )
/** Waits for the end of the run after the drain. */
const drained = () =>
  until(async () =>
    (await records()).some(({ trigger, outcome }) => trigger === 'drain' && outcome !== 'running'),
  )
const spooledSentence = (ending: EndingInWords, source: string) =>
  ending.counts[source]?.why.filter((sentence) =>
    /^spooled [1-9][\d,]* rows?: the database is unavailable$/.test(sentence),
  )

describe('crypto-forecast', () => {
  /** The clients of all sources, whose first responses come only after all were requested and `then` was done. */
  function held(then: () => Promise<void>): WorkerChange['dependencies'] {
    const { fearGreed } = dependenciesOf(crypto.stack.config)['crypto-forecast']
    const { binance, coingecko } = crypto.clients
    const asked = new Set<string>()
    let release: () => void = () => undefined
    let refuse: (error: unknown) => void = () => undefined
    const all = new Promise<void>((resolve, reject) => {
      release = resolve
      refuse = reject
    })
    const gate = async (who: string) => {
      asked.add(who)
      if (asked.size === 4) then().then(release, refuse)
      await all
    }
    return {
      binance: {
        candles: (query, signal) => gate('candles').then(() => binance.candles(query, signal)),
        prices: (symbols, signal) => gate('prices').then(() => binance.prices(symbols, signal)),
      },
      coingecko: {
        marketChart: (query, signal) => gate('chart').then(() => coingecko.marketChart(query, signal)),
        prices: (ids, signal) => coingecko.prices(ids, signal),
      },
      fearGreed: { days: (limit, signal) => gate('days').then(() => fearGreed.days(limit, signal)) },
    }
  }

  it(
    'crypto-forecast ends partial without its database, and after the drain equals an undisturbed run',
    { tags: 'long' },
    async () => {
      await startWorker(held(() => proxy.goOffline()))
      const ending = await endingOf(await startRun(crypto.stack.client, cryptoForecast(), 'manual'))
      expect(ending.outcome).toBe('partial')
      for (const source of ['binance', 'coingecko', 'fear-greed', 'spot']) {
        expect(ending.counts[source], source).toMatchObject({ outcome: 'partial' })
        expect(spooledSentence(ending, source), source).toHaveLength(1)
      }
      expect(ending.counts['prices']).toMatchObject({ outcome: 'skipped' })
      expect(ending.counts['prices']?.why[0]).toContain('left to the drain')
      expect(ending.counts['forecasts']).toBeUndefined()
      const kinds = waitingSegments(folder).map(({ head }) => `${head?.kind ?? ''} ${head?.pipeline ?? ''}`)
      expect(new Set(kinds)).toEqual(new Set(['rows crypto-forecast', 'ending crypto-forecast']))
      expect(kinds.at(-1)).toBe('ending crypto-forecast')

      await proxy.comeBack()
      await drained()
      expect(segmentNames(folder)).toEqual([])
      expect((await records()).map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
        ['manual', 'partial'],
        ['drain', 'complete'],
      ])
      const healed = await seriesRows(crypto.stack)
      expect(healed['crypto_prices']?.length).toBeGreaterThan(0)

      await worker?.stop()
      await crypto.reset()
      await startWorker()
      expect(await crypto.collect()).toMatchObject({ outcome: 'complete' })
      expect(healed).toEqual(await seriesRows(crypto.stack))
    },
  )
})

describe('mod-stats', () => {
  it('mod-stats is partial if its database fails between a fetch and its rows, and ends with every row once', async () => {
    const modStats = pipelineById('mod-stats')
    if (modStats === undefined) throw new Error('mod-stats is registered')
    const { modrinth, curseforge } = dependenciesOf(crypto.stack.config)['mod-stats']
    if (curseforge === undefined) throw new Error('the stack has a key')
    let isCut = false
    let comeBack: () => void = () => undefined
    const back = new Promise<void>((resolve) => {
      comeBack = resolve
    })
    await startWorker({
      modrinth: {
        ...modrinth,
        versions: async (ids, signal) => {
          const answer = await modrinth.versions(ids, signal)
          if (!isCut) await proxy.goOffline()
          isCut = true
          return answer
        },
      },
      // Without its rows in the database no modpack is known, and the run would look for none.
      curseforge: { ...curseforge, mods: (ids, signal) => back.then(() => curseforge.mods(ids, signal)) },
    })
    const handle = await startRun(crypto.stack.client, modStats, 'manual')
    await until(() => segmentNames(folder).length > 0)
    await proxy.comeBack()
    comeBack()
    const ending = await endingOf(handle)
    expect(ending.outcome).toBe('partial')
    expect(spooledSentence(ending, 'modrinth')).toHaveLength(1)
    expect(ending.counts['modrinth']?.spooled).toBeGreaterThan(0)
    await drained()
    expect(segmentNames(folder)).toEqual([])
    expect(await stored(crypto.stack.database.db)).toEqual(truthOf(crypto.stack.simulator.world))
    expect((await records()).map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      ['manual', 'partial'],
      ['drain', 'complete'],
    ])
  })
})

describe('a database that refuses log-ins before a run begins', () => {
  const role = 'refused_role'
  const admin = (statement: string) => crypto.stack.database.db.execute(sql.raw(statement))

  beforeAll(async () => {
    const { password } = new URL(crypto.stack.database.url)
    await admin(`create role ${role} login password '${decodeURIComponent(password)}'`)
    await admin(`grant all on all tables in schema public to ${role}`)
    await admin(`grant all on all sequences in schema public to ${role}`)
  })
  afterAll(async () => {
    await admin(`revoke all on all tables in schema public from ${role}`)
    await admin(`revoke all on all sequences in schema public from ${role}`)
    await admin(`drop role ${role}`)
  })

  it.each([
    ['mod-stats', ['modrinth', 'curseforge', 'modpacks']],
    ['crypto-forecast', ['binance', 'coingecko', 'fear-greed', 'spot']],
  ])(
    '%s fetches, spools and is recorded, and has every row after the drain',
    { tags: 'long' },
    async (id, sources) => {
      const pipeline = pipelineById(id)
      if (pipeline === undefined) throw new Error(`${id} is registered`)
      const url = new URL(crypto.stack.database.url)
      url.username = role
      const start = async () => {
        worker = await crypto.startWorker({
          env: { DATABASE_URL: url.href },
          dependencies: { retryBudgetMs: SHORT_RETRY_BUDGET_MS },
        })
      }
      await start()
      const run = async () => endingOf(await startRun(crypto.stack.client, pipeline, 'manual'))
      // What is tracked is known from the run before.
      expect((await run()).outcome).toBe('complete')
      const wanted = await everything()
      await admin(`truncate daily_stats, version_stats, modpack_stats`)
      await admin(`delete from candles where "timestamp" >= '2026-03-10T00:00:00Z'`)
      await admin(`delete from crypto_prices where "timestamp" >= '2026-03-10T00:00:00Z'`)
      await admin(`delete from fear_greed_index where date >= '2026-03-10'`)
      await admin(`alter role ${role} nologin`)
      // A new worker: the connections of this one would stay.
      await worker?.stop()
      await start()
      try {
        const ending = await run()
        expect(ending.outcome).toBe('partial')
        for (const source of sources) expect(ending.counts[source]?.spooled, source).toBeGreaterThan(0)
        expect(waitingSegments(folder).map(({ head }) => head?.kind)).toContain('ending')
      } finally {
        await admin(`alter role ${role} login`)
      }
      await drained()
      expect((await records()).map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
        ['manual', 'complete'],
        ['manual', 'partial'],
        ['drain', 'complete'],
      ])
      expect(await everything()).toEqual(wanted)
    },
  )

  /** What both pipelines stored, as far as the outage left it to the spool. */
  async function everything() {
    const { db } = crypto.stack.database
    const counts = await crypto.stack.database.select(sql`select
      (select count(*)::int from fear_greed_index) as days,
      (select count(*)::int from candles) as candles`)
    return { mods: await stored(db), counts }
  }
})
