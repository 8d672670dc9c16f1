/** All activities of the worker. */
import type { PipelineId } from '../pipelines/index.ts'
import * as byPipeline from './by-pipeline.ts'
import type { CheckedActivity } from './checked-activity.ts'
import type { CommonDependencies } from './dependencies.ts'

/** By name; each checks its input. */
type Activities = Record<string, CheckedActivity<never, unknown>>

const FACTORIES: Readonly<Record<PipelineId, (dependencies: never) => Activities>> = byPipeline

type Factories = typeof byPipeline

/** Input of each pipeline's factory. */
export type ActivityDependencies = { [Id in PipelineId]: Parameters<Factories[Id]>[0] }

/** The clients of a pipeline's upstreams and the like: the dependencies that are not shared by all pipelines. */
export type ClientsOf<Id extends PipelineId> = Omit<
  ActivityDependencies[Id],
  keyof CommonDependencies | 'settings' | 'retryBudgetMs'
>

/** Returns one flat map, as Temporal expects it. Throws if two pipelines have an activity of the same name. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const activities: Activities = {}
  for (const id of Object.keys(FACTORIES) as PipelineId[]) {
    const create = FACTORIES[id] as (dependencies: ActivityDependencies[PipelineId]) => Activities
    for (const [name, activity] of Object.entries(create(dependencies[id]))) {
      if (name in activities)
        throw new Error(`${id}: another pipeline has an activity ${name}; names are unique`)
      activities[name] = activity
    }
  }
  return activities
}
