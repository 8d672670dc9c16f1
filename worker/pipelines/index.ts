/** The pipelines' parts of the worker. */
import type { PipelineId } from '../../pipelines/index.ts'
import * as byPipeline from './by-pipeline.ts'
import type { WorkerPart } from './worker-part.ts'

type Parts = typeof byPipeline

/** By pipeline, what its activities are made from. */
export type ActivityDependencies = { [Id in PipelineId]: Parameters<Parts[Id]['createActivities']>[0] }

export const WORKER_PARTS: { readonly [Id in PipelineId]: WorkerPart<Id, ActivityDependencies[Id]> } =
  byPipeline
