/** Schemas of what the activities of every pipeline get from their workflows. */
import * as z from 'zod'
import { asEnding, RUN_OUTCOMES, type RunEnding } from '../core/run-outcome.ts'
import { TRIGGERS, type Run } from '../core/run.ts'
import type { Reason, ReasonValue } from '../core/reason.ts'
import type { PipelineId } from '../pipelines/index.ts'

/** Longest workflow id that Temporal takes. */
const MAX_ID_CHARACTERS = 1_000

const count = z.int().min(0)

/** A run of one pipeline. */
export function runSchemaOf(pipeline: PipelineId): z.ZodType<Run> {
  return z.object({
    runId: z.guid('expected a UUID'),
    workflowId: z
      .string()
      .min(1)
      .max(MAX_ID_CHARACTERS)
      .regex(/^\P{Cc}*$/u, 'expected no control characters'),
    pipeline: z.literal(pipeline),
    trigger: z.enum(TRIGGERS),
    startedAt: z.iso.datetime(),
  })
}

const reasonValue: z.ZodType<ReasonValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), reason, z.array(reasonValue)]),
)
const reason: z.ZodType<Reason> = z.object({
  code: z.string(),
  values: z.record(z.string(), reasonValue).exactOptional(),
})

const counts = z.object({
  outcome: z.enum(['complete', 'partial', 'failed', 'skipped']),
  fetched: count,
  written: count,
  rejected: count,
  why: z.array(z.union([reason, z.string()])),
  spooled: count.exactOptional(),
})

/** How a run ended. The activity may have been scheduled before reasons were records. */
export const endingSchema: z.ZodType<RunEnding> = z
  .object({
    outcome: z.enum(RUN_OUTCOMES),
    counts: z.record(z.string(), counts),
    error: z.union([reason, z.object({ type: z.string(), message: z.string() })]).exactOptional(),
  })
  .transform(asEnding)

/** Place of a batch in a list: the cursor that the batch before returned, 0 for the first. */
export const cursor = count
