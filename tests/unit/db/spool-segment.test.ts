/** A segment gives back the call that it was made from, or says that it is damaged. */
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { PgDialect } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  DamagedSegment,
  packSegment,
  readHead,
  unpackSegment,
  type Segment,
  type SpooledRows,
} from '../../../db/spool/segment.ts'
import { WRITABLE_TABLES, type WritableTable } from '../../../db/writable-tables.ts'
import { type RowsByTable } from '../../../db/write-call.ts'
import { upsertStatement } from '../../../db/write-rows.ts'
import { packageVersion } from '../../../system/package-version.ts'
import { anyText } from '../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../support/bounds.ts'
import { runs } from '../../support/property-runs.ts'
import { textReason } from '../../../core/reason.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const NOON = new Date('2026-03-10T12:00:00.123Z')
const names = Object.keys(WRITABLE_TABLES) as WritableTable[]

/** Any text that a program can hold, halves of surrogate pairs and NUL among it. */
const text = fc.oneof(
  anyText,
  fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('$', '"', '\\', '\u0000', '\ud800', '__proto__', '{"$":"date"}'),
)
const marked = fc.record({ $: fc.constantFrom('date', 'number', 'object', 7), value: fc.jsonValue() })
// The driver writes 0 for both zeros.
const real = fc.double().map((value) => value + 0)
const moment = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

/** Values that a column of each SQL type takes. A new type needs a line here, and a thought on what JSON does to it. */
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  text,
  date: fc
    .date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2200-01-01') })
    .map(isoDay),
  integer: fc.integer(),
  bigint: fc.oneof(fc.maxSafeInteger(), fc.bigInt()),
  'double precision': fc.double(),
  real,
  boolean: fc.boolean(),
  'timestamp with time zone': moment,
  jsonb: fc.oneof(fc.jsonValue(), marked, fc.array(marked), fc.record({ at: moment, n: fc.double() })),
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** Rows of a table with values, nulls and absent values in every column. */
function rowsOf(name: WritableTable): fc.Arbitrary<Record<string, unknown>[]> {
  const { key, data } = WRITABLE_TABLES[name]
  const columns = [...key, ...data].map(({ property, type }) => {
    const value = VALUES[type]
    if (value === undefined) throw new Error(`no values for the type ${type} of ${name}.${property}`)
    return [property, fc.option(fc.option(value), { nil: undefined })] as const
  })
  return fc.array(fc.record(Object.fromEntries(columns)), { maxLength: 4 })
}

const call = (rows: RowsByTable, change: Partial<SpooledRows['options']> = {}): SpooledRows => ({
  kind: 'rows',
  pipeline: 'mod-stats',
  rows,
  options: { observedAt: NOON, runId: 'run-1', ...change },
})

const ending: Segment = {
  kind: 'ending',
  pipeline: 'match-results',
  run: {
    runId: 'run-1',
    workflowId: 'match-results-1',
    pipeline: 'match-results',
    trigger: 'schedule',
    startedAt: NOON.toISOString(),
  },
  ending: {
    outcome: 'partial',
    counts: { feed: { outcome: 'partial', fetched: 40, written: 0, rejected: 0, why: [textReason('é')] } },
  },
  finishedAt: NOON,
}

const dialect = new PgDialect()
const statementOf = (name: WritableTable, rows: object[]) =>
  dialect.sqlToQuery(
    upsertStatement(WRITABLE_TABLES[name], rows as Record<string, unknown>[], {
      observedAt: NOON,
      runId: 'run-1',
    }),
  )

async function unpackedRows(segment: SpooledRows): Promise<SpooledRows> {
  const unpacked = await unpackSegment(await packSegment(segment))
  if (unpacked.kind !== 'rows') throw new Error('rows came back as something else')
  return unpacked
}

describe('a spooled call', () => {
  it.each(names)('a spooled call to %s leads to the same statement as the call itself', async (name) => {
    await fc.assert(
      fc.asyncProperty(rowsOf(name), async (rows) => {
        const unpacked = await unpackedRows(call({ [name]: rows }))
        expect(statementOf(name, unpacked.rows[name] ?? [])).toEqual(statementOf(name, rows))
      }),
      runs(12),
    )
  })

  it('a spooled call keeps the raw payloads and the rejected rows', async () => {
    const raw = fc.record({
      source: text,
      url: text,
      body: text,
      observedAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
    })
    const rejected = fc.record({ source: text, reason: text, row: fc.oneof(fc.jsonValue(), marked) })
    await fc.assert(
      fc.asyncProperty(fc.array(raw), fc.array(rejected), async (answers, refused) => {
        const { options } = await unpackedRows(call({}, { raw: answers, rejected: refused }))
        expect(options.raw).toEqual(answers)
        expect(options.rejected?.map(({ row }) => JSON.stringify(row))).toEqual(
          refused.map(({ row }) => JSON.stringify(row)),
        )
        expect(options.rejected?.map(({ source, reason }) => [source, reason])).toEqual(
          refused.map(({ source, reason }) => [source, reason]),
        )
      }),
    )
  })

  it('a spooled call names the version that wrote it', async () => {
    expect(readHead(await packSegment(call({}))).version).toBe(packageVersion)
    expect(readHead(await packSegment(ending)).version).toBe(packageVersion)
  })

  it('a spooled call keeps its time, its run and its pipeline', async () => {
    expect(await unpackedRows(call({ daily_stats: [] }))).toEqual(call({ daily_stats: [] }))
  })

  it('a spooled call states the oldest time of its rows in its first line, whenever they were observed', async () => {
    const candle = (timestamp: Date) => ({ crypto: 'bitcoin', source: 'binance', timestamp })
    const candles = [candle(NOON), candle(new Date('2019-03-01T05:00:00Z'))]
    const head = readHead(await packSegment(call({ candles } as RowsByTable)))
    expect(head.oldestAt).toBe('2019-03-01T05:00:00.000Z')
    expect(readHead(await packSegment(call({})))).not.toHaveProperty('oldestAt')
  })

  it('a spooled call states in its first line what it holds', async () => {
    const rows = [{ date: '2026-03-10', value: 1, classification: 'Fear' }]
    const rejected = [{ source: 'fear-greed', reason: 'no number', row: null }]
    const bytes = await packSegment(call({ fear_greed_index: rows, candles: [] }, { rejected }))
    const head = bytes.toString('utf8', 0, bytes.indexOf('\n'))
    expect(JSON.parse(head)).toMatchObject({ format: 1, kind: 'rows', pipeline: 'mod-stats', runId: 'run-1' })
    expect(readHead(bytes)).toMatchObject({
      observedAt: NOON.toISOString(),
      tables: { fear_greed_index: 1 },
      rejected: 1,
      bytes: bytes.length - head.length - 1,
    })
  })
})

describe('a spooled ending', () => {
  it('a spooled run end comes back unchanged', async () => {
    expect(await unpackSegment(await packSegment(ending))).toEqual(ending)
  })
})

describe('damage', () => {
  const damaged = async (bytes: Buffer) => {
    await expect(unpackSegment(bytes)).rejects.toBeInstanceOf(DamagedSegment)
  }
  const whole = Promise.all([
    packSegment(call({ fear_greed_index: [{ date: '2026-03-10', value: 1, classification: 'Fear' }] })),
    packSegment(ending),
  ])
  const one = fc.nat(1)

  it('detects damage of any byte', async () => {
    const segments = await whole
    await fc.assert(
      fc.asyncProperty(one, fc.nat(), fc.integer({ min: 1, max: 255 }), async (index, at, flip) => {
        const bytes = Buffer.from(segments[index] ?? [])
        const place = at % bytes.length
        bytes.writeUInt8(bytes.readUInt8(place) ^ flip, place)
        await damaged(bytes)
      }),
      runs(300),
    )
  })

  it('detects damage of the head byte by byte', async () => {
    const [bytes] = await whole
    const end = bytes.indexOf('\n')
    for (let place = 0; place <= end; place++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(bytes.readUInt8(place) ^ 0x01, place)
      await damaged(changed)
    }
  })

  it('detects a cut anywhere, and added bytes', async () => {
    for (const bytes of await whole) {
      for (let length = 0; length < bytes.length; length++) await damaged(bytes.subarray(0, length))
      await damaged(Buffer.concat([bytes, Buffer.from('\n')]))
    }
  })

  it('treats another format and an unknown table as damage', async () => {
    const [bytes] = await whole
    const newer = Buffer.from(bytes.toString('latin1').replace('"format":1', '"format":2'), 'latin1')
    await expect(unpackSegment(newer)).rejects.toThrow(
      `format 2 is not known to this version (${packageVersion}), which reads format 1; ` +
        `version ${packageVersion}, which wrote it, can`,
    )
    const strange = await packSegment(call({ weather: [] } as RowsByTable))
    await expect(unpackSegment(strange)).rejects.toThrow(
      `this version (${packageVersion}) knows no table weather to write to; version ${packageVersion}, which wrote it, can`,
    )
  })

  /** A segment as another version would have written it. */
  const rewritten = async (from: string, to: string) => {
    const bytes = await packSegment(call({ fear_greed_index: [day] }))
    const end = bytes.indexOf('\n')
    const head = bytes.toString('utf8', 0, end)
    const payload = gzipSync(
      gunzipSync(bytes.subarray(end + 1))
        .toString()
        .replace(from, to),
    )
    const behind = Buffer.concat([Buffer.from(`${head.slice(head.indexOf('"kind"'))}\n`), payload])
    const sha256 = createHash('sha256').update(behind).digest('hex')
    return Buffer.concat([Buffer.from(`{"format":1,"sha256":"${sha256}",`), behind])
  }
  const day = { date: '2026-03-10', value: 1, classification: 'Fear' }

  it('treats a column that the table does not have as damage: it would be written as null', async () => {
    const renamed = await rewritten('"classification"', '"classed"')
    await expect(unpackSegment(renamed)).rejects.toThrow(
      `this version (${packageVersion}) knows no "classed" of a row of fear_greed_index; ` +
        `version ${packageVersion}, which wrote it, can`,
    )
    expect(await unpackSegment(await rewritten('', ''))).toMatchObject({ rows: { fear_greed_index: [day] } })
  })

  it('accepts a missing column, since a row may leave out what may be null', async () => {
    const older = await rewritten(',"classification":"Fear"', '')
    expect(await unpackSegment(older)).toMatchObject({
      rows: { fear_greed_index: [{ date: day.date, value: 1 }] },
    })
  })
})

describe('a row with more than its table has', () => {
  it('spools a row with extra columns as the writer would write it, so that it can be read back', async () => {
    const row = { date: '2026-03-10', value: 1, classification: 'Fear', since: NOON }
    const { rows } = await unpackedRows(call({ fear_greed_index: [row] }))
    expect(rows.fear_greed_index).toEqual([{ date: '2026-03-10', value: 1, classification: 'Fear' }])
  })
})
