/** A data set as a Parquet file, one group of rows at a time. */
import { PassThrough, type Readable } from 'node:stream'
import { once } from 'node:events'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { Column, ColumnType } from '../data-set.ts'

const ELEMENTS: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
}

type Columns = readonly (readonly [string, Column])[]

/** The file of these rows, which hold values as `storedStatement` selects them. Every batch becomes a group. */
export function parquetOf(columns: Columns, batches: AsyncIterable<Record<string, unknown>[]>): Readable {
  const out = new PassThrough()
  write(columns, batches, out).catch((error: unknown) => {
    out.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return out
}

async function write(
  columns: Columns,
  batches: AsyncIterable<Record<string, unknown>[]>,
  out: PassThrough,
): Promise<void> {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(([name, { type }]) => ({ name, repetition_type: 'OPTIONAL' as const, ...ELEMENTS[type] })),
  ]
  const bytes = new ByteWriter()
  const flush = async () => {
    // A copy: the writer goes on in the same buffer.
    const chunk = Buffer.from(bytes.getBuffer())
    bytes.index = 0
    if (!out.write(chunk)) await once(out, 'drain')
  }
  const file = new ParquetWriter({ writer: bytes, schema })
  for await (const rows of batches) {
    const columnData = columns.map(([name, column]) => ({
      name,
      data: rows.map((row) => stored(column, row[name])),
    }))
    await file.write({ columnData, rowGroupSize: rows.length })
    await flush()
  }
  await file.finish()
  await flush()
  out.end()
}

/** A value as the library takes it. */
function stored({ type }: Column, value: unknown): unknown {
  if (value === null) return undefined
  if (type === 'integer') return BigInt(value as string | number)
  if (type === 'date') return new Date(`${value as string}T00:00:00Z`)
  return value
}
