/** The page of a pipeline: its name for people, the file that holds it, and what of it matters at a glance. */
import type { ComponentType } from 'react'
import type { Parameters } from '../api.ts'
import type { SparkField } from '../blocks/spark.ts'
import type { LoadPage } from '../pages/page-entry.ts'
import type { Period } from '../period.ts'
import type { Language } from '../words/text.ts'

export interface PipelinePage {
  /** Its name in the navigation, by language. */
  title: Record<Language, string>
  load: LoadPage
  /** What the overview draws of it. Default: nothing. */
  spark?: SparkSource
  /** Draws what its runs say besides their counts, the `details` of the API; null for what it does not know. Default: nothing. */
  RunDetails?: ComponentType<{ details: Record<string, unknown> }>
}

/** A series whose way the overview shows in a line. */
export interface SparkSource {
  /** What it is, by language. */
  title: Record<Language, string>
  /** Address of a series of a data set, and what is asked of it. */
  path: string
  parameters: Parameters
  days: Period
  field: SparkField
}
