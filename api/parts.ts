/** The pipelines' parts of the API. */
import type { PipelineId } from '../pipelines/index.ts'
import type { ApiPart } from './api-part.ts'
import * as byPipeline from './by-pipeline.ts'

export const API_PARTS: Readonly<Record<PipelineId, ApiPart>> = byPipeline
