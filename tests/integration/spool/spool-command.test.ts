/** `almanac spool …` as a person calls it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { duePipelines } from '../../../db/spool/due.ts'
import { damagedSegments, segmentNames } from '../../../db/spool/folder.ts'
import { openSpool, type Spool } from '../../../db/spool/spool.ts'
import { takeFileLock } from '../../../local/file-lock.mjs'
import { freePort } from '../../../local/taken-port.ts'
import { command, startCommand } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { until } from '../../support/until.ts'

const NOON = new Date('2026-03-10T12:00:00Z')

let database: TestDatabase
let root: string
let folder: string
let spool: Spool
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'almanac-spool-command-'))
  folder = join(root, 'data', 'spool')
  spool = openSpool({
    folder,
    capBytes: 1e9,
    warn: () => undefined,
    origin: () => ({ pipeline: 'crypto-forecast' }),
  })
  env = {
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    SPOOL_MB: '10',
    NO_COLOR: '1',
  }
  await database.db.execute(sql`truncate fear_greed_index, mods cascade`)
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const spoolDay = (day: number) =>
  spool.writeRows(
    { fear_greed_index: [{ date: `2026-03-0${day}`, value: day, classification: 'Fear' }] },
    { observedAt: NOON, runId: 'run-1', rejected: [{ source: 'a', reason: 'b', row: day }] },
  )
const almanac = (...args: string[]) => command(['spool', ...args], env)
/** Whether a process has its own handler for SIGINT, according to the kernel. */
const catchesCtrlC = (pid: number) => {
  const mask = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals.SIGINT - 1)) & 1n) === 1n
}
const damage = (name: string) => {
  writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, -1))
}

describe('an empty spool', () => {
  it.each([['list'], ['drain']])('%s reports an empty spool in one line', async (name) => {
    const { code, stdout } = await almanac(name)
    expect(stdout.trim().split('\n')).toEqual([
      `the spool is empty: no row waits for the database (${folder})`,
    ])
    expect(code).toBe(0)
  })
})

describe('what waits', () => {
  it('lists waiting segments with their rows, their size and the cap', async () => {
    await spoolDay(1)
    await spool.writeEnding(
      {
        runId: 'run-1',
        workflowId: 'w',
        pipeline: 'match-results',
        trigger: 'manual',
        startedAt: NOON.toISOString(),
      },
      { outcome: 'partial', counts: {} },
      NOON,
    )
    const { code, stdout } = await almanac('list')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^segment +observed +pipeline +rows/)
    const [first = '', second = ''] = segmentNames(folder).map((name) =>
      stdout.split('\n').find((line) => line.startsWith(name)),
    )
    expect(first).toContain('2026-03-10 12:00:00 UTC  crypto-forecast  fear_greed_index 1, refused 1')
    expect(second).toContain('match-results    the ending of a run')
    expect(stdout).toMatch(/2 segments in .*spool: \d\.\d kB of the 10\.0 MB of SPOOL_MB/)

    const json = JSON.parse((await almanac('list', '--json')).stdout) as Record<string, unknown>
    expect(json).toMatchObject({
      folder,
      capBytes: 10_000_000,
      damaged: [],
      waiting: [
        {
          kind: 'rows',
          pipeline: 'crypto-forecast',
          runId: 'run-1',
          tables: { fear_greed_index: 1 },
          rejected: 1,
        },
        { kind: 'ending', pipeline: 'match-results', tables: {} },
      ],
    })
  })

  it('shows a waiting segment by the beginning of its name', async () => {
    await spoolDay(1)
    const [name = ''] = segmentNames(folder)
    const { code, stdout } = await almanac('inspect', name.slice(0, 30), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      name,
      isDamaged: false,
      head: { runId: 'run-1', tables: { fear_greed_index: 1 } },
      rows: { fear_greed_index: [{ date: '2026-03-01', value: 1, classification: 'Fear' }] },
      rejected: [{ source: 'a', reason: 'b', row: 1 }],
    })
    const unknown = await almanac('inspect', 'nothing')
    expect([unknown.code, unknown.stderr.trim()]).toEqual([
      2,
      'There is no segment "nothing"; "./almanac spool list" shows their names.',
    ])
  })

  it('loads waiting segments by hand', async () => {
    for (const day of [1, 2, 3]) await spoolDay(day)
    const { code, stdout } = await almanac('drain')
    expect(stdout.trim().split('\n')).toEqual([
      'loaded 3 segments: 6 rows',
      'derived rows of crypto-forecast are still to be computed: ' +
        'a running worker starts that, or this command when repeated',
    ])
    expect(code).toBe(0)
    expect(segmentNames(folder)).toEqual([])
    expect(duePipelines(folder)).toEqual(['crypto-forecast'])
    expect(await database.select(sql`select value from fear_greed_index order by value`)).toEqual(
      [1, 2, 3].map((value) => ({ value })),
    )
  })

  it('"spool drain" keeps waiting segments while the database is unavailable: exit code 3', async () => {
    await spoolDay(1)
    env['DATABASE_URL'] = `postgresql://nobody@127.0.0.1:${await freePort()}/nothing`
    const { code, stdout, stderr } = await almanac('drain')
    expect([code, stdout.trim()]).toEqual([3, '1 segment left'])
    expect(stderr).toContain('ECONNREFUSED')
    expect(segmentNames(folder)).toHaveLength(1)
  })

  it('leaves waiting segments to a drain that already runs', async () => {
    await spoolDay(1)
    const lock = await takeFileLock(join(folder, 'drain.lock'), 'the drain of a worker')
    if ('holder' in lock) throw new Error('nobody else holds this lock')
    const { code, stdout } = await almanac('drain')
    lock.release()
    expect(stdout).toContain(`the drain of a worker (process ${process.pid}) has been loading it since 2`)
    expect(code).toBe(0)
    expect(segmentNames(folder)).toHaveLength(1)
  })

  it('drains up to a Ctrl+C, with exit code 1 and the number of segments that are left', async () => {
    const refused = Array.from({ length: 5_000 }, (_, row) => ({ source: 'a', reason: 'b', row }))
    await spoolDay(1)
    await spool.writeRows({}, { observedAt: NOON, runId: 'run-1', rejected: refused })
    await spoolDay(2)
    const client = await database.pool.connect()
    await client.query('begin; lock table fear_greed_index in access exclusive mode')
    const draining = startCommand(['spool', 'drain'], env)
    await until(async () => {
      const { rows } = await client.query(
        "select from pg_locks where not granted and relation = 'fear_greed_index'::regclass",
      )
      return rows.length > 0
    })
    draining.kill('SIGINT')
    // It hears of the first Ctrl+C while it waits for the server, and listens to no second one.
    await until(() => !catchesCtrlC(draining.pid))
    await client.query('rollback')
    client.release()
    const { code, stdout } = await draining.ended
    expect(stdout.split('\n').slice(0, 2)).toEqual(['loaded 1 segment: 2 rows', '2 segments left'])
    expect(code).toBe(1)
    expect(segmentNames(folder)).toHaveLength(2)
  })

  it('drains around one segment that cannot be read, and names it: exit code 1', async () => {
    await spoolDay(1)
    mkdirSync(join(folder, '0.segment'))
    expect((await almanac('list')).stdout).toContain('unreadable: EISDIR')
    const { code, stdout } = await almanac('drain')
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'loaded 1 segment: 2 rows',
      'not moved: 0.segment: EISDIR: illegal operation on a directory, read',
    ])
    expect(code).toBe(1)
  })
})

describe('a dead letter', () => {
  it('moves a damaged segment to the dead letters with exit code 1, lists it with its reason, and loads its neighbours', async () => {
    for (const day of [1, 2, 3]) await spoolDay(day)
    const [, name = ''] = segmentNames(folder)
    damage(name)
    const reason = 'the checksum does not match: bytes were changed or are missing'
    const drained = await almanac('drain')
    const letter = [
      `damaged/${name}: ${reason}`,
      '  it holds 2 rows of fear_greed_index, quarantine (2026-03-10 12:00 UTC, run run-1), which the database lacks',
    ]
    expect(drained.stdout.split('\n').slice(0, 3)).toEqual([
      'loaded 2 segments: 4 rows',
      `moved to ${letter[0]}`,
      letter[1],
    ])
    expect(drained.code).toBe(1)
    expect((await almanac('list')).stdout.trim().split('\n').slice(-4)).toEqual([
      ...letter,
      'once the cause is fixed, "./almanac spool drain --damaged" retries them',
      'what cannot be loaded of crypto-forecast is collected again by "./almanac backfill crypto-forecast --from 2026-03-02 --only-missing"',
    ])
    expect(JSON.parse((await almanac('list', '--json')).stdout)).toMatchObject({
      damaged: [{ name, reason, runId: 'run-1', tables: { fear_greed_index: 1 }, rejected: 1 }],
    })
    expect(JSON.parse((await almanac('inspect', name, '--json')).stdout)).toMatchObject({
      name,
      isDamaged: true,
      damage: reason,
      head: { tables: { fear_greed_index: 1 } },
    })
    const again = await almanac('drain')
    expect(again.stdout.split('\n').at(-2)).toBe(
      '1 segment in damaged/ with 2 rows: "./almanac spool list" says why, "./almanac spool drain --damaged" tries it again',
    )
    expect(again.stdout).not.toContain('the spool is empty')
    expect(again.code).toBe(1)
  })

  it('reports a dead letter with exit code 1 if nothing else waits', async () => {
    await spoolDay(1)
    damage(segmentNames(folder)[0] ?? '')
    await almanac('drain')
    const { code, stdout } = await almanac('drain')
    expect(stdout.trim().split('\n')).toEqual([
      `nothing waits in ${folder}`,
      '1 segment in damaged/ with 2 rows: "./almanac spool list" says why, "./almanac spool drain --damaged" tries it again',
    ])
    expect(code).toBe(1)
  })

  it('loads with --damaged a segment whose references did not exist yet', async () => {
    const stats = { date: '2026-03-10', platform: 'modrinth', modId: 7, totalDownloads: 1 }
    await spool.writeRows({ daily_stats: [stats] }, { observedAt: NOON, runId: 'run-1' })
    expect((await almanac('drain')).code).toBe(1)
    expect(damagedSegments(folder)[0]?.reason).toContain('SQLSTATE 23503')
    expect((await almanac('list')).stdout).toContain('"./almanac spool drain --damaged" retries them')
    await database.db.execute(sql`insert into mods (id, tracked) overriding system value values (7, true)`)
    const { code, stdout } = await almanac('drain', '--damaged')
    expect(stdout.split('\n')[0]).toBe('loaded 1 segment: 1 row')
    expect(code).toBe(0)
    expect(damagedSegments(folder)).toEqual([])
    expect(await database.select(sql`select total_downloads::int as n from daily_stats`)).toEqual([{ n: 1 }])
  })
})
