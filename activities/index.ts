/** All activities of the worker; a pipeline adds its factory here. */
import { createCryptoForecastActivities } from './crypto-forecast/index.ts'
import { createLibraryContextActivities } from './library-context/index.ts'
import { createMatchResultsActivities } from './match-results/index.ts'
import type { ActivityDependencies } from './dependencies.ts'
import { createModStatsActivities } from './mod-stats/index.ts'

/** One flat map, as Temporal wants it; names are unique in the project. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...createModStatsActivities(dependencies),
    ...createCryptoForecastActivities(dependencies),
    ...createLibraryContextActivities(dependencies),
    ...createMatchResultsActivities(dependencies),
  }
}
