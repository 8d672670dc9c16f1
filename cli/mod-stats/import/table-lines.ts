/** From one line of an old table to a row, or to the reason why not. Pure. */
import { z } from 'zod'
import { count, filled, orNull, pastDay, storable, timestamp, whole } from '../../import/line-values.ts'
import type { CsvKind } from './file-kinds.ts'

/** Largest value of a 32-bit column. */
const MAX_INTEGER = 2 ** 31 - 1

const platform = z.enum(['modrinth', 'curseforge'], { error: 'is neither modrinth nor curseforge' })

/** The parsers of all kinds, for an import on the given UTC day. Rows carry no mod: the old tables have none. */
export function tableLines(today: string) {
  const key = { date: pastDay(today), platform }
  return {
    daily_stats: z
      .object({
        ...key,
        total_downloads: count,
        followers: orNull(count),
        versions_count: orNull(whole(MAX_INTEGER)),
        thumbs_up: orNull(count),
      })
      .transform((line) => {
        // The old tables kept CurseForge's thumbs up as followers; ours have a column for them.
        const old = line.platform === 'curseforge' && line.thumbs_up === undefined
        return {
          date: line.date,
          platform: line.platform,
          totalDownloads: line.total_downloads,
          followers: old ? null : (line.followers ?? null),
          thumbsUp: old ? (line.followers ?? null) : (line.thumbs_up ?? null),
          versionsCount: line.versions_count ?? null,
        }
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
      .transform((line) => ({
        date: line.date,
        platform: line.platform,
        versionId: line.version_id ?? null,
        versionName: line.version_name,
        versionNumber: line.version_number ?? null,
        downloads: line.downloads,
        datePublished: line.date_published ?? null,
      })),
    modpack_stats: z
      .object({ ...key, modpack_name: filled, modpack_slug: filled, downloads: count })
      .transform((line) => ({
        date: line.date,
        platform: line.platform,
        modpackName: line.modpack_name,
        modpackSlug: line.modpack_slug,
        downloads: line.downloads,
        // Always 0 in the old table: no answer ever held such a number.
        followers: null,
      })),
    modpacks: z
      .object({
        id: orNull(count),
        name: storable,
        slug: filled,
        downloads: orNull(count),
        link: orNull(storable.refine((link) => /^https?:\/\//.test(link), { error: 'is no web address' })),
      })
      .transform((line) => ({
        id: line.id ?? null,
        name: line.name.trim() === '' ? line.slug : line.name,
        slug: line.slug,
        downloads: line.downloads ?? null,
        link: line.link ?? null,
      })),
  } satisfies Record<CsvKind, z.ZodType>
}

type TableLines = ReturnType<typeof tableLines>
export type TableRow<Kind extends CsvKind> = z.infer<TableLines[Kind]>
