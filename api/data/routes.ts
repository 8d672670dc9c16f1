/** The routes of every data set: its rows page by page, its series, its exports. */
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import * as z from 'zod'
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import type { PlacedDataSet } from '../all-data-sets.ts'
import type { Api } from '../app.ts'
import type { Column, ColumnType, DataSet } from '../data-set.ts'
import { problems } from '../problem.ts'
import type { ExportLimit } from './export-limit.ts'
import { exported, FORMATS, type Format, type Row } from './export.ts'
import {
  columnsParameter,
  cursorBehind,
  filterNames,
  namesParameter,
  selectionOf,
  selectionShape,
} from './request.ts'
import { resolutionMs } from './resolution.ts'
import { columnOf, pageStatement, seriesStatement, spanStatement, type Selection } from './statement.ts'

/** Rows of a page. Default: 100; a table of a thousand rows is as long as a person scrolls. */
const PAGE_ROWS = { default: 100, most: 1_000 }
/** A file takes as long as its reader, in milliseconds: at 1 MB/s a million rows are sent in three minutes. */
export const EXPORT_MS = 10 * MINUTE_MS
/** More lines than this are told apart by nobody; of thousands of mods they would be a hundred megabytes. */
const MOST_LINES = 100
/** Points of a line. Default: 400; a screen has some thousand pixels across. */
const POINTS = { default: 400, most: 2_000 }

const VALUES: Record<ColumnType, z.ZodType> = {
  text: z.string(),
  integer: z.number(),
  number: z.number(),
  boolean: z.boolean(),
  date: z.iso.date(),
  time: z.iso.datetime(),
}

const described = ({ type, meaning, unit }: Column) =>
  VALUES[type].nullable().describe(unit === undefined ? meaning : `${meaning} (${unit})`)

/** Connections of their own, on which a statement may take as long as `EXPORT_MS`, and how many are used at once. */
export interface Exports {
  pool: pg.Pool
  limit: ExportLimit
}

/** Adds the routes of one data set at and below its address. */
export function addDataRoutes(
  api: Api,
  pool: pg.Pool,
  exports: Exports,
  { address, name, set }: PlacedDataSet,
): void {
  addPage(api, pool, address, set)
  addExport(api, exports, { address, name, set })
  if (set.time !== undefined) addSeries(api, pool, address, set, set.time)
}

function addPage(api: Api, pool: pg.Pool, address: string, set: DataSet): void {
  const row = z.object(
    Object.fromEntries(Object.entries(set.columns).map(([key, column]) => [key, described(column)])),
  )
  api.get(
    address,
    {
      schema: {
        summary: `Rows, each ${set.row}`,
        querystring: z.strictObject({
          ...selectionShape(set),
          columns: columnsParameter(set),
          limit: z.coerce
            .number()
            .int()
            .min(1)
            .max(PAGE_ROWS.most)
            .default(PAGE_ROWS.default)
            .describe('Rows of the page'),
          after: z.string().max(2_000).optional().describe('"next" of the previous page'),
        }),
        response: {
          // With "columns", only those.
          200: z.object({
            rows: z.array(row.partial()),
            next: z.string().nullable().describe('Cursor of the next page'),
          }),
          ...problems(400, 503),
        },
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown> & { limit: number }
      const selection = selectionOf(set, query)
      const { rows } = await pool.query<Row>(pageStatement(set, selection, query.limit + 1))
      const page = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? page.at(-1) : undefined
      reply.type(JSON_TYPE).serializer(asItIs)
      return { rows: asked(page, selection), next: last === undefined ? null : cursorBehind(set, last) }
    },
  )
}

/** The rows without the columns that the cursor alone needs. */
const asked = (rows: Row[], { columns }: Selection): Row[] =>
  columns === undefined
    ? rows
    : rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])))

/** The statement has made each value what the schema says: checking a thousand rows again would take longer. */
const JSON_TYPE = 'application/json; charset=utf-8'
const asItIs = (body: unknown) => JSON.stringify(body)

const FILES = {
  description: 'The file',
  content: Object.fromEntries(
    Object.values(FORMATS).map((type) => [type.split(';')[0] ?? type, { schema: z.string() }]),
  ),
}

function addExport(
  api: Api,
  { pool, limit }: Exports,
  { address, name, set }: { address: string; name: string; set: DataSet },
): void {
  const formats = Object.keys(FORMATS) as [Format, ...Format[]]
  api.get(
    `${address}/export`,
    {
      schema: {
        summary: `All rows as a file, each ${set.row}`,
        querystring: z.strictObject({
          ...selectionShape(set),
          columns: columnsParameter(set),
          format: z.enum(formats).default('csv'),
        }),
        response: { 200: FILES, ...problems(400, 503) },
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown> & { format: Format }
      const selection = selectionOf(set, query)
      const headers = {
        'content-type': FORMATS[query.format],
        'content-disposition': `attachment; filename="${fileName(name, selection, query.format)}"`,
      }
      if (request.method === 'HEAD') {
        reply.hijack()
        reply.raw.writeHead(200, headers).end()
        return
      }
      const end = limit.begin()
      let client: pg.PoolClient | undefined
      let hasFailed = true
      try {
        client = await pool.connect()
        reply.hijack()
        reply.raw.writeHead(200, headers)
        await pipeline(exported(client, set, selection, query.format), reply.raw)
        hasFailed = false
      } finally {
        // In the middle of a query nothing else can be asked on it.
        client?.release(hasFailed)
        end()
      }
    },
  )
}

/** `runs_2026-11-01_2026-11-29.csv`: name and days of the data, or the day on which all of it was taken. */
function fileName(name: string, { from, to }: Selection, format: Format): string {
  const today = new Date().toISOString()
  const days = [from, to ?? today].flatMap((time) => (time === undefined ? [] : [time.slice(0, 10)]))
  return `${[name, ...days].join('_')}.${format}`
}

const pointSchema = z.object({
  line: z.string().describe('Values of the columns "by"; empty without one'),
  time: z.iso.datetime().describe('Beginning of the bucket, UTC'),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  sum: z.number().nullable(),
  last: z.number().nullable().describe('Newest value in the bucket'),
  rows: z.number().describe('Rows in the bucket'),
})

function addSeries(api: Api, pool: pg.Pool, address: string, set: DataSet, time: string): void {
  const numbers = Object.entries(set.columns).flatMap(([key, { type }]) =>
    type === 'integer' || type === 'number' ? [key] : [],
  )
  const [first, ...others] = numbers
  if (first === undefined) return
  const leastMs = columnOf(set, time).type === 'date' ? DAY_MS : MINUTE_MS
  const filters = filterNames(set)
  const by =
    filters.length === 0
      ? {}
      : {
          by: namesParameter(filters).describe(
            'A line for each of their values; several columns separated by commas',
          ),
        }
  api.get(
    `${address}/series`,
    {
      schema: {
        summary: `A column over ${time}, as coarse as the number of points asks for`,
        querystring: z.strictObject({
          value: z.enum([first, ...others]).describe('Column that is drawn'),
          ...by,
          ...selectionShape(set),
          points: z.coerce
            .number()
            .int()
            .min(1)
            .max(POINTS.most)
            .default(POINTS.default)
            .describe('Most points of a line'),
        }),
        response: {
          200: z.object({
            step_seconds: z.number().nullable().describe('Length of a bucket; null without rows'),
            lines: z.number().describe(`Lines that there are; the first ${MOST_LINES} by name have points`),
            points: z.array(pointSchema),
          }),
          ...problems(400, 503),
        },
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown> & { value: string; by?: string; points: number }
      const selection = selectionOf(set, query)
      const { rows: spans } = await pool.query<{ first: number | null; last: number | null }>(
        spanStatement(set, selection),
      )
      const [span] = spans
      if (span?.first == null || span.last === null) return { step_seconds: null, lines: 0, points: [] }
      const stepMs = resolutionMs(span.last - span.first, query.points, leastMs)
      const { rows } = await pool.query<z.infer<typeof pointSchema> & { lines: number }>(
        seriesStatement(set, selection, {
          value: query.value,
          by: query.by?.split(',') ?? [],
          stepMs,
          mostLines: MOST_LINES,
        }),
      )
      reply.type(JSON_TYPE).serializer(asItIs)
      return {
        step_seconds: stepMs / 1000,
        lines: rows[0]?.lines ?? 0,
        points: rows.map((row) => ({ ...row, lines: undefined })),
      }
    },
  )
}
