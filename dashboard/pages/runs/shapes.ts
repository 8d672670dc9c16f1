/** Runs as `/api/runs` and its neighbours give them. */
import type { infer as Infer } from 'zod'
import type { runDetailsSchema, runSchema } from '../../../api/runs/run-json.ts'
import type { scheduleSchema } from '../../../api/schedules/schedule-json.ts'
import type { OutcomeName } from '../../blocks/outcomes.ts'

export type Run = Infer<typeof runSchema>
export type RunDetails = Infer<typeof runDetailsSchema>
export type Step = RunDetails['steps'][number]
export type Child = RunDetails['children'][number]
export type { RetryJson as Retry } from '../../../api/runs/run-json.ts'
export type Schedule = Infer<typeof scheduleSchema>

/** What the pages of runs need of an entry of `/api/pipelines`. */
export interface PipelineEntry {
  id: string
  summary: string
  enabled: boolean
  /** Parameters of a run, as JSON Schema. */
  params: Record<string, unknown>
}

export const OUTCOMES = [
  'running',
  'complete',
  'partial',
  'failed',
  'skipped',
  'cancelled',
  'interrupted',
] as const satisfies readonly OutcomeName[]

/** The outcome as a badge has it: a child workflow has words of its own, which are none. */
export const outcomeOf = (outcome: string): OutcomeName | undefined =>
  OUTCOMES.find((known) => known === outcome)
