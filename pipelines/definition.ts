/**
 * A pipeline's definition: pure facts, from which settings, almanac.yaml, the demo, schedules and the command are
 * built. Types of sections and variables follow from the definitions; nothing is listed twice.
 */
import * as z from 'zod'
import { DAY_MS } from '../core/durations.ts'
import type { Code } from '../wording/reason.ts'
import type { Reason } from '../core/reason.ts'

/** When a schedule runs: at a fixed interval aligned to 00:00 UTC plus the offset, or every day at a time of day. */
export interface Timing {
  everyMs: number
  offsetMs: number
  /** Instead of interval and offset: this time of day, on days that may have 23 or 25 hours. */
  daily?: { hour: number; minute: number; timezone: string }
  /** Starts are spread over this time, so that not every collector in the world sends requests at midnight sharp. */
  jitterMs: number
  /** How late a missed start may still be made up for; shorter than one interval. */
  catchupMs: number
}

/** A section of almanac.yaml states at least whether the pipeline runs. */
type Section = z.ZodType<{ enabled: boolean }>
type Variables = Record<string, z.ZodType>
/** Of a pipeline without its own variables. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- its keys are none, and that is meant
type NoVariables = Record<never, never>
type Values<Shape extends Variables> = z.infer<z.ZodObject<Shape>>

/** Keys of a section that hold addresses of upstreams: the demo must name each of them. */
type AddressKey<Input> = Extract<keyof Input, `${string}_url` | `${string}_urls`>
type WithAddresses<Input> = Input & { [Key in AddressKey<Input>]-?: NonNullable<Input[Key]> }

/** A pipeline, as `definePipeline` takes it. */
export interface Definition<
  Id extends string,
  S extends Section,
  Vars extends Variables,
  Workflow extends string,
  Child extends string,
  Params extends z.ZodObject,
> {
  /** File or folder name on every floor, schedule id, beginning of workflow ids, `Pipeline` attribute, command-line argument. */
  id: Id
  summary: string
  /** Name of the workflow function; `workflows/index.ts` does not compile without it. */
  workflow: Workflow
  /** Workflows that its runs start as children. */
  children?: readonly Child[]
  /**
   * Parameters of a run, `--input name=value`; `runParams` and `recompute` are the common ones. Each has a description and a
   * title, which the page shows.
   */
  params: Params
  /**
   * Its section of almanac.yaml, with the addresses of its upstreams. A file without it has `{ enabled: false }`, so
   * that must be a section.
   */
  section: S
  /** Its own environment variables: keys, tokens, servers of the user. */
  variables?: Vars
  /**
   * Variables of the previous version that still override an address of the section, with its key; kept for one
   * release.
   */
  addressVariables?: Record<string, string>
  /** When it runs, from its own settings alone. */
  timing: (section: z.infer<S>, variables: Values<Vars>) => Timing
  /** How long an activity waits for an unavailable database before its attempt fails, in milliseconds. */
  databaseRetryBudgetMs: number
  /** Why the past cannot be collected; absent if the upstreams answer for any time. */
  noBackfill?: () => Reason
  /** Its part of the demo and of tests, which must not reach the internet: every address points to the simulator. */
  demo: {
    section(simulatorUrl: string): WithAddresses<z.input<S>>
    /** Values of its variables; all others have their defaults. */
    variables?: Partial<z.input<z.ZodObject<Vars>>>
  }
}

/** Checks a definition and keeps its exact types. */
export function definePipeline<
  const Id extends string,
  S extends Section,
  const Workflow extends string,
  Params extends z.ZodObject,
  const Child extends string = never,
  Vars extends Variables = NoVariables,
>(
  definition: Definition<Id, S, Vars, Workflow, Child, Params>,
): Definition<Id, S, Vars, Workflow, Child, Params> {
  return definition
}

/** A moment in ISO 8601; a day alone is its first moment in UTC. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected-moment' satisfies Code,
})

/** A flag, as JSON or as `--input name=true`. */
export const flag = z.union([z.boolean(), z.stringbool()], {
  error: 'expected-flag' satisfies Code,
})

/** Parameters of every run. */
export const runParams = {
  boundSeconds: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe("Give up after this many seconds instead of the pipeline's own bound")
    .meta({ title: 'Time limit, in seconds' }),
}

/** Parameters of a pipeline that can recompute derived rows from stored ones without contacting its sources. */
export const recompute = {
  derive: flag
    .optional()
    .describe('Contact no source: compute what is due from stored rows')
    .meta({ title: 'Only compute' }),
}

/** Parameters of a run that collects the past; `almanac backfill` sets them. */
export const backfillParams = {
  from: moment.optional().describe('Collect from this moment on').meta({ title: 'From' }),
  to: moment.optional().describe('Collect up to this moment').meta({ title: 'Up to' }),
  onlyMissing: flag
    .optional()
    .describe('Request only what is not stored')
    .meta({ title: 'Only what is missing' }),
}

/** A time of day, HH:MM. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 02:00')

/** A time zone by its IANA name. */
export const timezone = z.string().refine(isTimezone, 'expected a time zone such as UTC or Europe/Paris')

/** Every night at a time of day of a time zone. */
export function nightly(time: string, zone: string): Timing {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return {
    everyMs: DAY_MS,
    offsetMs: 0,
    daily: { hour, minute, timezone: zone },
    jitterMs: 0,
    // The shortest day has 23 hours.
    catchupMs: DAY_MS * 0.9,
  }
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Description of `enabled`, the same in every section. */
export const ENABLED = 'Whether the pipeline runs by its schedule; `false` pauses it'

/** An address of an upstream, `http` or `https`. */
export const address = z.url({ protocol: /^https?$/ })
