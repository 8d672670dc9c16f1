/** The tables that pipelines write through `writeRows`, by SQL name. */
import type { Intersection } from '../core/intersection.ts'
import * as schema from './schema/index.ts'
import type { RowOf } from './writable.ts'

/** Each `schema/<id>.ts` exports its own under a name that ends so. */
const SUFFIX = 'Tables'

const OF_PIPELINES = Object.entries(schema).filter(([name]) => name.endsWith(SUFFIX))

type OfPipelines = {
  [
    Name in keyof typeof schema as Name extends `${string}${typeof SUFFIX}` ? Name : never
  ]: (typeof schema)[Name]
}

export const WRITABLE_TABLES = Object.assign({}, ...OF_PIPELINES.map(([, tables]) => tables)) as Intersection<
  OfPipelines[keyof OfPipelines]
>

/** The rows that each table takes, as drizzle infers them, without what the writer fills itself. */
export type WritableRows = {
  [Table in keyof typeof WRITABLE_TABLES]: RowOf<(typeof WRITABLE_TABLES)[Table]>
}

export type WritableTable = keyof WritableRows

/** The id of a pipeline, with hyphens, in the name of its tables, in camel case. */
const idIn = (name: string) =>
  name.slice(0, -SUFFIX.length).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const OWNERS = new Map(
  OF_PIPELINES.flatMap(([name, tables]) => Object.keys(tables).map((table) => [table, idIn(name)] as const)),
)

/** The pipeline that a table belongs to; undefined for a table that all share. */
export const pipelineOfTable = (table: string): string | undefined => OWNERS.get(table)
