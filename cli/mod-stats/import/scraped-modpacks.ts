/** The entries of the old scraper's JSON list of modpacks. It took a number at a slug's end for an id and cut it off. Pure. */
import * as z from 'zod'
import type { ModpackLine } from '../../../db/queries/mod-stats/modpacks.ts'
import { filled, parseRecord, storable, type Parsed } from '../../import/line-values.ts'
import { wholeIn } from '../../../system/read-csv/numbers.ts'

/** Ids of CurseForge modpacks have six digits and more; a smaller number is what was cut from a slug. */
const SMALLEST_ID = 100_000

const SITE = 'https://www.curseforge.com/minecraft/modpacks/'
const SLUG_IN_ADDRESS = /^https?:\/\/(?:[\w-]+\.)?curseforge\.com\/minecraft\/modpacks\/([^/?#]+)/

const optional = <T extends z.ZodType>(schema: T) => schema.nullable().optional()

const entry = z
  .object(
    {
      slug: filled,
      name: optional(storable),
      legacy_url: optional(storable),
      id: optional(z.union([z.number(), z.string()])),
    },
    { error: 'is not an object with name, slug and legacy_url' },
  )
  .transform(({ slug: found, name, legacy_url: address, id }): ModpackLine => {
    const slug = wholeSlug(found, address ?? '', wholeIn(String(id ?? '')))
    return {
      // Never taken over: the next run asks CurseForge for the id of the slug.
      id: null,
      name: (name ?? '').trim() === '' ? slug : (name ?? slug),
      slug,
      downloads: null,
      link: SITE + encodeURIComponent(slug),
    }
  })

/** The address holds the slug as it was; without one, a number too small for an id is put back. */
function wholeSlug(slug: string, address: string, id: number | undefined): string {
  const inAddress = SLUG_IN_ADDRESS.exec(address)?.[1]
  if (inAddress !== undefined) return decoded(inAddress)
  const isCut = id !== undefined && id >= 0 && id < SMALLEST_ID
  return isCut ? `${slug}-${id}` : slug
}

/** An address with a stray % is taken unchanged. */
function decoded(text: string): string {
  return /^(?:[^%]|%[0-7][\dA-Fa-f])*$/.test(text) && !/%00/.test(text) ? decodeURIComponent(text) : text
}

/** Parses one entry of the list. */
export const parseScrapedModpack = (candidate: unknown): Parsed<ModpackLine> => parseRecord(entry, candidate)
