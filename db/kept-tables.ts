/** How long the rows of each table are kept, by SQL name. */
import type { Kept, KeptTables } from './kept.ts'
import * as schema from './schema/index.ts'

/** Each `schema/<id>.ts` exports its own under a name that ends so. */
const SUFFIX = 'Kept'

export const KEPT_TABLES: KeptTables = Object.assign(
  {},
  ...Object.entries(schema).flatMap(([name, tables]) =>
    name.endsWith(SUFFIX) ? [tables as KeptTables] : [],
  ),
) as Readonly<Record<string, Kept>>
