/** The pipelines' parts of the worker. */
import type { PipelineId } from '../../pipelines/index.ts'
import * as byPipeline from './by-pipeline.ts'
import type { WorkerPart } from './worker-part.ts'

export const WORKER_PARTS: { readonly [Id in PipelineId]: WorkerPart<Id> } = byPipeline
