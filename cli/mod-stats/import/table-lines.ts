/** From one line of an old table to a row, or to the reason why not. Pure. */
import * as z from 'zod'
import {
  camelCased,
  count,
  filled,
  nothingAsNull,
  numberOrNull,
  orNull,
  storable,
  valuesIn,
  whole,
} from '../../import/line-values.ts'
import type { Notation } from '../../../system/read-csv/notation.ts'

/** Largest value of a 32-bit column. */
const MAX_INTEGER = 2 ** 31 - 1

const platform = z.enum(['modrinth', 'curseforge'], { error: 'is neither modrinth nor curseforge' })

/** The parsers of all kinds, for an import on the given UTC day. Rows carry no mod: the old tables have none. */
export function tableLines(today: string, notation: Notation) {
  const { pastDay, timestamp } = valuesIn(notation)
  const key = { date: pastDay(today), platform }
  return {
    daily_stats: z
      .object({
        ...key,
        total_downloads: orNull(count),
        followers: numberOrNull(count),
        versions_count: numberOrNull(whole(MAX_INTEGER)),
        thumbs_up: nothingAsNull(count).optional(),
      })
      .transform(camelCased)
      .transform(({ thumbsUp, ...line }) => {
        // The old tables kept CurseForge's thumbs up as followers; ours have a column for them.
        const isOld = line.platform === 'curseforge' && thumbsUp === undefined
        return isOld
          ? { ...line, followers: null, thumbsUp: line.followers }
          : { ...line, thumbsUp: thumbsUp ?? null }
      }),
    version_stats: z
      .object({
        ...key,
        version_id: orNull(storable),
        version_name: filled,
        version_number: orNull(storable),
        downloads: count,
        date_published: orNull(timestamp),
      })
      .transform(camelCased),
    modpack_stats: z
      .object({ ...key, modpack_name: filled, modpack_slug: filled, downloads: count })
      // Its followers were always 0: no response ever held such a number.
      .transform((line) => ({ ...camelCased(line), followers: null })),
    modpacks: z
      .object({
        id: numberOrNull(count),
        name: storable,
        slug: filled,
        downloads: numberOrNull(count),
        link: orNull(storable.refine((link) => /^https?:\/\//.test(link), { error: 'is not a web address' })),
      })
      .transform((line) => ({ ...line, name: line.name.trim() === '' ? line.slug : line.name })),
  }
}

type TableLines = ReturnType<typeof tableLines>
export type TableRow<Kind extends keyof TableLines> = z.infer<TableLines[Kind]>
