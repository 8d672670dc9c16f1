/** Runs as the API gives them. */
import * as z from 'zod'
import type { ChildView } from '../../client/run-children.ts'
import type { RunView, StepView } from '../../client/run-view.ts'
import { RUN_OUTCOMES, type RunCounts } from '../../core/run-outcome.ts'
import type { RunRecord } from '../../db/queries/runs.ts'
import { renderCounts, renderStoredError } from '../../wording/run.ts'
import { inFrenchType } from '../../wording/french.ts'
import type { Language } from '../../wording/sentence.ts'
import { API_PARTS } from '../parts.ts'

/** `running` while a run is open. */
export const OUTCOMES = ['running', ...RUN_OUTCOMES] as const

const time = z.iso.datetime()

const countsSchema = z.record(
  z.string().describe('Source'),
  z.object({
    outcome: z.enum(['complete', 'partial', 'failed', 'skipped']),
    fetched: z.number().describe('Rows that the upstream returned'),
    written: z.number().describe('Rows that the run stored or changed'),
    rejected: z.number().describe('Rejected rows; they are in the table quarantine'),
    spooled: z.number().optional().describe('Rows that wait for the database'),
    why: z.array(z.string()).describe('What was not as it should be, in the language of the request'),
    reasons: z.array(
      z
        .object({ code: z.string(), values: z.record(z.string(), z.unknown()).optional() })
        .describe('The same, as codes'),
    ),
  }),
)

/** A run as its record has it. */
export const runSchema = z
  .object({
    workflow_id: z.string(),
    run_id: z.string(),
    pipeline: z.string(),
    trigger: z.string().describe('What started it; empty if its record is not known'),
    outcome: z.string().describe(`One of ${OUTCOMES.join(', ')}`),
    started_at: time,
    finished_at: time.nullable(),
    counts: countsSchema,
    error: z.string().nullable().describe('Why it failed or was skipped'),
  })
  .meta({ id: 'Run' })

/** A run as JSON. */
export type RunJson = z.infer<typeof runSchema>

const stepSchema = z
  .object({
    activity_id: z.string().describe('What a retry names'),
    step: z.string().describe('Name of the activity'),
    summary: z.string().describe('What it does, in the language of the request'),
    state: z.enum(['done', 'failed', 'cancelled', 'running', 'waiting']),
    attempts: z.number().describe('Attempts that were made'),
    started_at: time.nullable().describe('Beginning of the last attempt'),
    seconds: z.number().nullable().describe('How long it took'),
    failure: z.string().nullable().describe('Why the last attempt failed, in the language of the request'),
    next_attempt_at: time.nullable(),
    batch: z
      .object({ fetched: z.number(), written: z.number(), done: z.number(), left: z.number() })
      .nullable()
      .describe('What it collected, if it collects in batches'),
  })
  .meta({ id: 'Step' })

const childSchema = z.object({
  workflow_id: z.string(),
  name: z.string().describe('What it is about'),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  started_at: time.nullable(),
  seconds: z.number().nullable(),
  steps: z.array(stepSchema).describe('What it does now'),
})

export const runDetailsSchema = runSchema
  .extend({
    steps: z.array(stepSchema).describe('Activities in their order; empty if Temporal no longer keeps them'),
    children: z.array(childSchema).describe('Child workflows'),
    details: z.record(z.string(), z.unknown()).describe('What its pipeline says of it besides'),
    link: z.string().describe("Address in Temporal's Web UI"),
  })
  .meta({ id: 'RunDetails' })

export const retrySchema = stepSchema
  .extend({
    workflow_id: z.string().describe('Workflow of the activity: the run or a child of it'),
    run_workflow_id: z.string().describe('The run'),
  })
  .meta({ id: 'Retry' })

/** An activity that is tried again, as JSON. */
export type RetryJson = z.infer<typeof retrySchema>

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null

/** The reasons travel as JSON: their values may be nested. */
const counts = (of: RunCounts, language: Language) =>
  renderCounts(of, language) as z.infer<typeof countsSchema>

export function runJson(run: RunRecord, language: Language): z.infer<typeof runSchema> {
  return {
    workflow_id: run.workflowId,
    run_id: run.runId,
    pipeline: run.pipeline,
    trigger: run.trigger,
    outcome: run.outcome,
    started_at: run.startedAt.toISOString(),
    finished_at: iso(run.finishedAt),
    counts: counts(run.counts, language),
    error: renderStoredError(run, language) ?? null,
  }
}

export function runDetailsJson(
  view: RunView,
  language: Language,
  details: Record<string, unknown> = {},
): z.infer<typeof runDetailsSchema> {
  return {
    workflow_id: view.workflowId,
    run_id: view.runId,
    pipeline: view.pipeline,
    trigger: view.trigger,
    outcome: view.outcome,
    started_at: view.startedAt.toISOString(),
    finished_at: iso(view.finishedAt),
    counts: counts(view.counts, language),
    error: view.error ?? null,
    steps: view.steps.map((step) => stepJson(step, language)),
    children: view.chains.map((child) => childJson(child, language)),
    details,
    link: view.link,
  }
}

/** What each activity does, by its name, which is unique. */
const STEPS_IN_FRENCH = new Map(
  Object.values(API_PARTS).flatMap(({ inFrench }) => Object.entries(inFrench.steps)),
)

/** A summary is what Temporal keeps: English. In French it is that of the activity's kind. */
function summaryOf({ step, summary }: StepView, language: Language): string {
  const french = language === 'fr' ? STEPS_IN_FRENCH.get(step) : undefined
  return french === undefined ? summary : inFrenchType(french)
}

export function stepJson(step: StepView, language: Language): z.infer<typeof stepSchema> {
  return {
    activity_id: step.activityId,
    step: step.step,
    summary: summaryOf(step, language),
    state: step.state,
    attempts: step.attempts,
    started_at: iso(step.startedAt),
    seconds: step.seconds ?? null,
    failure: step.failure ?? null,
    next_attempt_at: iso(step.nextAttemptAt),
    batch: step.batch ?? null,
  }
}

function childJson(child: ChildView, language: Language): z.infer<typeof childSchema> {
  return {
    workflow_id: child.workflowId,
    name: child.name,
    state: child.state,
    outcome: child.outcome ?? null,
    reason: child.reason ?? null,
    started_at: iso(child.startedAt),
    seconds: child.seconds ?? null,
    steps: child.steps.map((step) => stepJson(step, language)),
  }
}
