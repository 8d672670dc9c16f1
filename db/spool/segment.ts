/**
 * One segment of the spool: a call to the writer, or the ending of a run, as the bytes of a file. The first line is
 * JSON and describes the content; the compressed call follows. Pure: no disk access.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import * as z from 'zod'
import { packageVersion } from '../../system/package-version.ts'
import { asEnding, type RunEnding, type StoredEnding } from '../../core/run-outcome.ts'
import type { RunIdentity } from '../../core/run.ts'
import type { RowsByTable, WriteOptions } from '../write-call.ts'
import { WRITABLE_TABLES, type WritableTable } from '../writable-tables.ts'
import { packRow, unpackRow } from './packed-row.ts'

/** A call of `writeRows` without its retry budget. */
export interface SpooledRows {
  kind: 'rows'
  /** Pipeline whose activities made it, if known. */
  pipeline?: string | undefined
  rows: RowsByTable
  options: Omit<WriteOptions, 'retryBudget'>
}

/** The ending of a run whose record could not be closed. */
export interface SpooledEnding {
  kind: 'ending'
  pipeline: string
  run: RunIdentity
  ending: RunEnding
  finishedAt: Date
}

export type Segment = SpooledRows | SpooledEnding

/** Rows of a call, including rejected ones: the number missing in the database while it is in the spool. */
export function rowCount({ rows, options }: Pick<SpooledRows, 'rows' | 'options'>): number {
  return Object.values(rows).reduce((sum, list) => sum + list.length, options.rejected?.length ?? 0)
}

/** The bytes are not those of a segment, or of one that this version does not know; the message says why. */
export class DamagedSegment extends Error {
  override name = 'DamagedSegment'
}

/** Format of this version; a file in another one is left to the version that wrote it. */
const FORMAT = 1

/** The head always begins like this: the checksum covers everything after it. */
const BEGINNING = /^\{"format":(\d{1,9}),"sha256":"([0-9a-f]{64})",/
/** Longest sensible head of one pipeline's tables; a longer first line is no head. */
export const LONGEST_HEAD_BYTES = 64 * 1024

const headSchema = z.object({
  kind: z.enum(['rows', 'ending']),
  pipeline: z.string().optional(),
  /** The version of Almanac that wrote it. */
  version: z.string().optional(),
  runId: z.string(),
  /** When the upstreams answered, or the run ended. ISO 8601, UTC. */
  observedAt: z.iso.datetime({ offset: true }),
  /** The oldest time among the natural keys of the rows; none if no key has a time. Earlier versions did not say it. */
  oldestAt: z.iso.datetime({ offset: true }).optional(),
  /** Rows by table. */
  tables: z.record(z.string(), z.number()),
  rejected: z.number(),
  /** Size of what follows the head. */
  bytes: z.number(),
})

/** The first line of a segment. */
export type SegmentHead = z.infer<typeof headSchema>

const timeSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const rawSchema = z.object({ source: z.string(), url: z.string(), body: z.string(), observedAt: timeSchema })
const rowsSchema = z.object({
  rows: z.record(z.string(), z.array(z.unknown())),
  options: z.object({
    observedAt: timeSchema,
    runId: z.string(),
    raw: z.array(rawSchema).optional(),
    rejected: z.array(z.object({ source: z.string(), reason: z.string(), row: z.unknown() })).optional(),
  }),
})
/** Run and ending are written by this same code: the checksum vouches for them. */
const endingSchema = z.object({
  run: z.custom<RunIdentity>((value) => typeof value === 'object' && value !== null),
  ending: z.custom<StoredEnding>((value) => typeof value === 'object' && value !== null).transform(asEnding),
  finishedAt: timeSchema,
})

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** The bytes of a segment. */
export async function packSegment(segment: Segment): Promise<Buffer> {
  const payload = await compress(JSON.stringify(payloadOf(segment)))
  const head = `${JSON.stringify(headOf(segment, payload.length)).slice(1)}\n`
  const sha256 = createHash('sha256').update(head).update(payload).digest('hex')
  return Buffer.concat([Buffer.from(`{"format":${FORMAT},"sha256":"${sha256}",${head}`), payload])
}

/** Returns what was packed. Throws `DamagedSegment` if a byte has changed, and for an unknown table. */
export async function unpackSegment(bytes: Buffer): Promise<Segment> {
  const head = readHead(bytes)
  const beginning = BEGINNING.exec(bytes.toString('latin1', 0, LONGEST_HEAD_BYTES))
  const behind = bytes.subarray(beginning?.[0].length ?? 0)
  if (createHash('sha256').update(behind).digest('hex') !== beginning?.[2])
    throw new DamagedSegment('the checksum does not match: bytes were changed or are missing')
  const payload = bytes.subarray(bytes.indexOf('\n') + 1)
  const content = parsed((await decompressed(payload)).toString('utf8'))
  return head.kind === 'rows' ? rowsOf(head, content) : endingOf(head, content)
}

/** Reads the first line without the rest. Throws `DamagedSegment` if it is no head. */
export function readHead(bytes: Buffer): SegmentHead {
  const end = bytes.indexOf('\n')
  const line = end < 0 ? '' : bytes.toString('utf8', 0, end)
  const format = BEGINNING.exec(line)?.[1]
  if (end > LONGEST_HEAD_BYTES || format === undefined)
    throw new DamagedSegment('the first line is not the head of a segment')
  if (Number(format) !== FORMAT)
    throw new DamagedSegment(
      `format ${format} is not known to this version (${packageVersion}), which reads format ${FORMAT}; ${writerOf(line)}`,
    )
  const head = headSchema.safeParse(parsed(line))
  if (!head.success) throw new DamagedSegment('the first line is not the head of a segment')
  return head.data
}

function headOf(segment: Segment, bytes: number): SegmentHead {
  const { kind, pipeline } = segment
  const common = { kind, ...(pipeline !== undefined && { pipeline }), version: packageVersion }
  if (segment.kind === 'ending') {
    const observedAt = segment.finishedAt.toISOString()
    return { ...common, runId: segment.run.runId, observedAt, tables: {}, rejected: 0, bytes }
  }
  const { rows, options } = segment
  const counts = Object.entries(rows).map(([name, list]) => [name, list.length] as const)
  return {
    ...common,
    runId: options.runId,
    observedAt: options.observedAt.toISOString(),
    ...oldestOf(rows),
    tables: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    rejected: options.rejected?.length ?? 0,
    bytes,
  }
}

function oldestOf(rows: RowsByTable): Pick<SegmentHead, 'oldestAt'> {
  let oldestMs = Infinity
  for (const [name, list] of Object.entries(rows)) {
    const times = tableOf(name)?.key.filter(({ type }) => TIME_TYPE.test(type)) ?? []
    for (const row of list)
      for (const { property } of times) {
        const value = (row as Record<string, unknown>)[property]
        if (value instanceof Date || typeof value === 'string')
          oldestMs = Math.min(oldestMs, new Date(value).getTime())
      }
  }
  if (!Number.isFinite(oldestMs)) return {}
  const oldestAt = new Date(oldestMs).toISOString()
  // A year of more than four digits is of no calendar.
  return oldestAt.length === '2026-01-01T00:00:00.000Z'.length ? { oldestAt } : {}
}

/** SQL types that hold a day or a moment. */
const TIME_TYPE = /^(?:date|timestamp)/

function payloadOf(segment: Segment): object {
  if (segment.kind === 'ending') {
    const { run, ending, finishedAt } = segment
    return { run, ending, finishedAt }
  }
  const { observedAt, runId, raw, rejected } = segment.options
  const packed = Object.entries(segment.rows).map(([name, list]) => [name, packedRows(name, list)] as const)
  return { rows: Object.fromEntries(packed), options: { observedAt, runId, raw, rejected } }
}

function rowsOf(head: SegmentHead, content: unknown): SpooledRows {
  const found = rowsSchema.safeParse(content)
  if (!found.success) throw new DamagedSegment('its content is not a call of the writer')
  const { rows, options } = found.data
  const unknown = Object.keys(rows).filter((name) => !Object.hasOwn(WRITABLE_TABLES, name))
  if (unknown.length > 0)
    throw new DamagedSegment(
      `this version (${packageVersion}) knows no table ${unknown.join(', ')} to write to; ${writer(head.version)}`,
    )
  const unpacked = Object.entries(rows).map(([name, list]) => [name, unpackedRows(name, list, head)] as const)
  const { raw, rejected, ...rest } = options
  return {
    kind: 'rows',
    pipeline: head.pipeline,
    rows: Object.fromEntries(unpacked),
    options: { ...rest, ...(raw !== undefined && { raw }), ...(rejected !== undefined && { rejected }) },
  }
}

/** The columns that the writer stores: it would ignore everything else in a row. */
function packedRows(name: string, list: readonly object[]): object[] {
  const known = columnsOf(name)
  return list.map((row) => {
    if (Object.keys(row).every((property) => known.has(property))) return packRow(row)
    return packRow(Object.fromEntries(Object.entries(row).filter(([property]) => known.has(property))))
  })
}

/** A removed or renamed column would silently be written as null, over the stored value. */
function unpackedRows(name: string, list: unknown[], { version }: SegmentHead): object[] {
  const known = columnsOf(name)
  return list.map((packed) => {
    const row = unpackedRow(packed, version)
    for (const property of Object.keys(row))
      if (!known.has(property))
        throw new DamagedSegment(
          `this version (${packageVersion}) knows no "${property}" of a row of ${name}; ${writer(version)}`,
        )
    return row
  })
}

function unpackedRow(packed: unknown, version: string | undefined): object {
  try {
    return unpackRow(packed)
  } catch (error) {
    throw new DamagedSegment(
      `it holds a value of a kind that this version (${packageVersion}) does not know; ${writer(version)}`,
      { cause: error },
    )
  }
}

const tableOf = (name: string) =>
  Object.hasOwn(WRITABLE_TABLES, name) ? WRITABLE_TABLES[name as WritableTable] : undefined

/** Properties of the rows of a table. */
function columnsOf(name: string): Set<string> {
  const table = tableOf(name)
  return new Set([...(table?.key ?? []), ...(table?.data ?? [])].map(({ property }) => property))
}

/** Who can still read what this version cannot. */
const writer = (version: string | undefined) =>
  version === undefined ? 'the version that wrote it can read it' : `version ${version}, which wrote it, can`

/** The same for a head in another format, of which nothing else can be relied on. */
function writerOf(line: string): string {
  const head = z.object({ version: z.string() }).safeParse(parsed(line))
  return writer(head.data?.version)
}

function endingOf(head: SegmentHead, content: unknown): SpooledEnding {
  const found = endingSchema.safeParse(content)
  if (!found.success) throw new DamagedSegment('its content is not the ending of a run')
  return { kind: 'ending', pipeline: head.pipeline ?? found.data.run.pipeline, ...found.data }
}

async function decompressed(payload: Buffer): Promise<Buffer> {
  try {
    return await decompress(payload)
  } catch (error) {
    throw new DamagedSegment('it cannot be decompressed', { cause: error })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DamagedSegment('it is not the expected JSON', { cause: error })
  }
}
