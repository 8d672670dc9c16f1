/** All activities of the worker: one line per pipeline. */
import type { PipelineId } from '../pipelines/index.ts'
import { createCryptoForecastActivities } from './crypto-forecast/index.ts'
import { createHousekeepingActivities } from './housekeeping/index.ts'
import { createLibraryContextActivities } from './library-context/index.ts'
import { createMatchResultsActivities } from './match-results/index.ts'
import { createModStatsActivities } from './mod-stats/index.ts'
import type { CheckedActivity } from './checked-activity.ts'
import type { CommonDependencies } from './dependencies.ts'

/** By name; each checks its input. */
type Activities = Record<string, CheckedActivity<never, unknown>>

const FACTORIES = {
  'mod-stats': createModStatsActivities,
  'crypto-forecast': createCryptoForecastActivities,
  'library-context': createLibraryContextActivities,
  'match-results': createMatchResultsActivities,
  housekeeping: createHousekeepingActivities,
} satisfies Record<PipelineId, (dependencies: never) => Activities>

type Factories = typeof FACTORIES

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
