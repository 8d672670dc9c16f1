/** The pipelines' parts of the command. */
import type { PipelineId } from '../pipelines/index.ts'
import * as byPipeline from './by-pipeline.ts'
import type { CliPart } from './cli-part.ts'

export const CLI_PARTS: { readonly [Id in PipelineId]: CliPart<Id> } = byPipeline
