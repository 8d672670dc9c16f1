/** Contents of `almanac.yaml`: one section per pipeline, each by its definition in `pipelines/`. */
import { z } from 'zod'
import type { DEFINITIONS } from '../pipelines/index.ts'
import { PIPELINES, type Sections } from '../pipelines/index.ts'

/**
 * A missing section leaves its pipeline off: it may have come with a newer version. The types are those of the
 * definitions, which the compiler cannot follow through the list.
 */
export const almanacFileSchema = z.strictObject(
  Object.fromEntries(PIPELINES.map(({ id, section }) => [id, section.prefault({ enabled: false })])),
) as unknown as z.ZodType<Sections, SectionInputs> & { shape: Record<keyof Sections, z.ZodType> }

/** What a person may write in each section; everything that is not required may be omitted. */
export type SectionInputs = {
  [D in (typeof DEFINITIONS)[number] as D['id']]?: z.input<D['section']>
}

export type Tracked = Sections
