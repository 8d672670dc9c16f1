/** What must hold of the rows of each table, by SQL name. */
import type { ChecksOfTables, DataCheck } from './data-check.ts'
import * as schema from './schema/index.ts'

/** Each `schema/<id>.ts` exports its own under a name that ends so. */
const SUFFIX = 'Checks'

export const CHECKS_OF_TABLES = Object.assign(
  {},
  ...Object.entries(schema).flatMap(([name, tables]) =>
    name.endsWith(SUFFIX) ? [tables as ChecksOfTables] : [],
  ),
) as Readonly<Record<string, readonly DataCheck[] | string>>
