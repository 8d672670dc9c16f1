/** What is watched, by pipeline. */
import type { PipelineId } from '../pipelines/index.ts'
import * as byPipeline from './by-pipeline.ts'
import type { WatchPart } from './watch-part.ts'

export const WATCH_PARTS: Readonly<Record<PipelineId, WatchPart>> = byPipeline
