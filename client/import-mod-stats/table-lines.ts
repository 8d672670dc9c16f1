/** From one line of an old table to a row, or to the reason why not. Pure. */
import { z } from 'zod'
import { instant } from '../../upstreams/payload.ts'
import type { CsvKind } from './file-kinds.ts'

/** Largest value of a 32-bit column. */
const MAX_INTEGER = 2 ** 31 - 1
/** Characters of a wrong value that a message shows. */
const SHOWN_CHARS = 40

/** What PostgreSQL can store as text: no NUL, no half of a surrogate pair. */
export const storable = z.string().refine((value) => !/[\0\p{Surrogate}]/u.test(value), {
  error: 'holds a character that cannot be stored',
})
/** A value that no query can do without. */
export const filled = storable.refine((value) => value.trim() !== '', { error: 'is empty' })

const orNull = <T>(schema: z.ZodType<T, string>) =>
  z.union([z.literal('').transform(() => null), schema]).optional()

const whole = (max: number) =>
  z.string().transform((value, context) => {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Infinity
    if (number <= max) return number
    context.addIssue({ code: 'custom', message: `is no whole number from 0 to ${max}` })
    return z.NEVER
  })
const count = whole(Number.MAX_SAFE_INTEGER)

/** PostgreSQL writes `2023-08-11 21:13:54.12` and `+00`, where ISO 8601 has a T and minutes. Without a zone it is UTC. */
const timestamp = z
  .string()
  .transform((value) => value.replace(' ', 'T').replace(/[+-]\d{2}$/, '$&:00'))
  .pipe(z.string().refine((value) => instant.safeParse(value).success, { error: 'is no date and time' }))
  .transform((value) => instant.parse(value))

/** A UTC day as `YYYY-MM-DD`, not after `today`: no snapshot can have been taken later. */
export const pastDay = (today: string) =>
  z.string().refine(
    (value) => {
      if (!/^(19[7-9]\d|2\d{3})-\d{2}-\d{2}$/.test(value) || value > today) return false
      const day = new Date(`${value}T00:00:00Z`)
      return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
    },
    { error: 'is no day (YYYY-MM-DD) from 1970 to today' },
  )

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

/** A row, or why there is none: `reason` is the same for all lines with that fault, `found` is this line's value. */
export type Parsed<T> = { row: T } | { reason: string; found: string }

/** Parses one record by its schema. */
export function parseRecord<T>(schema: z.ZodType<T>, record: unknown): Parsed<T> {
  const parsed = schema.safeParse(record)
  if (parsed.success) return { row: parsed.data }
  const issue = deepest(parsed.error.issues[0])
  const column = issue?.path[0]
  const value =
    typeof record === 'object' && record !== null && typeof column === 'string'
      ? (record as Record<string, unknown>)[column]
      : record
  return {
    reason: `${column === undefined ? 'the entry' : String(column)} ${issue?.message ?? 'is wrong'}`,
    found: value === undefined ? 'nothing' : JSON.stringify(value).slice(0, SHOWN_CHARS),
  }
}

/** Of a union's issues the one of its last member: the first is only the empty value. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const inner = deepest(issue.errors.at(-1)?.[0])
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}
