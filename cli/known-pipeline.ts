/** A pipeline as a person names it. */
import { WrongUsage } from '../core/failures.ts'
import { pipelineById, PIPELINES, type Pipeline } from '../pipelines/index.ts'

/** Finds a pipeline by its id; throws `WrongUsage` with those that there are. */
export function knownPipeline(id: string): Pipeline {
  const pipeline = pipelineById(id)
  if (pipeline) return pipeline
  throw new WrongUsage(
    `There is no pipeline "${id}"; there are: ${PIPELINES.map((known) => known.id).join(', ')}.`,
  )
}
