/** The tables that pipelines write through `writeRows`, by SQL name. */
import type { Intersection } from '../core/intersection.ts'
import * as schema from './schema/index.ts'
import type { RowOf } from './writable.ts'

/** Each `schema/<id>.ts` exports its own under a name that ends so. */
const SUFFIX = 'Tables'

type OfPipelines = {
  [
    Name in keyof typeof schema as Name extends `${string}${typeof SUFFIX}` ? Name : never
  ]: (typeof schema)[Name]
}

export const WRITABLE_TABLES = Object.assign(
  {},
  ...Object.entries(schema)
    .filter(([name]) => name.endsWith(SUFFIX))
    .map(([, tables]) => tables),
) as Intersection<OfPipelines[keyof OfPipelines]>

/** The rows that each table takes, as drizzle infers them, without what the writer fills itself. */
export type WritableRows = {
  [Table in keyof typeof WRITABLE_TABLES]: RowOf<(typeof WRITABLE_TABLES)[Table]>
}

export type WritableTable = keyof WritableRows
