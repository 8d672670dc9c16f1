/** All activities of the worker. */
import { PIPELINES } from '../pipelines/index.ts'
import { WORKER_PARTS, type ActivityDependencies } from './pipelines/index.ts'
import type { Activities } from './pipelines/worker-part.ts'

/** Returns one flat map, as Temporal expects it. Throws if two pipelines have an activity of the same name. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const activities: Activities = {}
  for (const { id } of PIPELINES) {
    // Dependencies and part belong to the same pipeline, which the compiler cannot see across the union.
    const create = WORKER_PARTS[id].createActivities as (own: unknown) => Activities
    for (const [name, activity] of Object.entries(create(dependencies[id]))) {
      if (name in activities)
        throw new Error(`${id}: another pipeline has an activity ${name}; names are unique`)
      activities[name] = activity
    }
  }
  return activities
}
