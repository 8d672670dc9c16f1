/** Contents of `almanac.yaml`: one section per pipeline, each by its definition in `pipelines/`, and who is told. */
import * as z from 'zod'
import { alertsSchema, type AlertSettings } from './alerts.ts'
import type { DEFINITIONS } from '../pipelines/index.ts'
import { PIPELINES, type Sections } from '../pipelines/index.ts'

/**
 * A missing section leaves its pipeline off: it may have come with a newer version. The types are those of the
 * definitions, which the compiler cannot follow through the list.
 */
export const almanacFileSchema = z.strictObject({
  ...Object.fromEntries(PIPELINES.map(({ id, section }) => [id, section.prefault({ enabled: false })])),
  alerts: alertsSchema,
}) as unknown as z.ZodType<AlmanacFile, SectionInputs> & { shape: Record<keyof AlmanacFile, z.ZodType> }

/** The whole file, with its defaults. */
export interface AlmanacFile extends Sections {
  alerts: AlertSettings
}

/** What a person may write in each section; everything that is not required may be omitted. */
export type SectionInputs = {
  [D in (typeof DEFINITIONS)[number] as D['id']]?: z.input<D['section']>
} & { alerts?: z.input<typeof alertsSchema> }

export type Tracked = Sections
