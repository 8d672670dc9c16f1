/**
 * The list of pipelines: one line each. Settings, worker, schedules and command iterate over it. docs/new-pipeline.md
 * walks through adding one.
 */
import type { z } from 'zod'
import type { Reason } from '../core/reason.ts'
import type { Intersection } from '../core/intersection.ts'
import { cryptoForecast } from './crypto-forecast.ts'
import type { Timing } from './definition.ts'
import { housekeeping } from './housekeeping.ts'
import { libraryContext } from './library-context.ts'
import { matchResults } from './match-results.ts'
import { modStats } from './mod-stats.ts'

export const DEFINITIONS = [
  // In the order of lists and tables; a new one comes last.
  modStats,
  cryptoForecast,
  libraryContext,
  matchResults,
  housekeeping,
] as const

type Defined = (typeof DEFINITIONS)[number]

export type PipelineId = Defined['id']

/** The definition of one pipeline. */
export type DefinitionOf<Id extends PipelineId> = Extract<Defined, { id: Id }>

/** Sections of almanac.yaml by pipeline. */
export type Sections = { [D in Defined as D['id']]: z.infer<D['section']> }

/** Of a pipeline without its own variables, no constraint. */
type VariablesOf<D> = D extends { variables?: infer Vars extends Record<string, z.ZodType> }
  ? [keyof Vars] extends [never]
    ? object
    : z.infer<z.ZodObject<Vars>>
  : object

/** Environment variables of one pipeline, and of all of them. */
export type PipelineVariables<Id extends PipelineId = PipelineId> = Intersection<
  VariablesOf<DefinitionOf<Id>>
>

/** A definition as shared code sees it, for any pipeline. */
export interface Pipeline {
  id: PipelineId
  summary: string
  workflow: Defined['workflow']
  children?: readonly string[]
  params: z.ZodType<Record<string, unknown>> & { shape: Record<string, z.ZodType> }
  section: z.ZodType<{ enabled: boolean }>
  variables?: Record<string, z.ZodType>
  addressVariables?: Record<string, string>
  databaseRetryBudgetMs: number
  noBackfill?: () => Reason
  demo: { section(simulatorUrl: string): object; variables?: Record<string, unknown> }
}

export const PIPELINES: readonly Pipeline[] = [...DEFINITIONS]

/** Finds a pipeline by its id. */
export function pipelineById(id: string): Pipeline | undefined {
  return PIPELINES.find((pipeline) => pipeline.id === id)
}

/** Returns when a pipeline runs, by its own settings. */
export function timingOf(
  { id }: Pick<Pipeline, 'id'>,
  { tracked, env }: { tracked: Sections; env: PipelineVariables },
): Timing {
  const definition = DEFINITIONS.find((one) => one.id === id)
  // Section and variables belong to the definition found, which the compiler cannot see across the union.
  const timing = definition?.timing as ((section: unknown, variables: unknown) => Timing) | undefined
  if (timing === undefined) throw new Error(`no pipeline ${id}`)
  return timing(tracked[id], env)
}
