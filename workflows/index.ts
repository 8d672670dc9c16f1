/**
 * The workflows that the worker bundles; one export line per pipeline. `worker/pipelines/fits.ts` compares them with
 * the definitions.
 */
export { modStatsWorkflow } from './mod-stats.ts'
export { cryptoForecastWorkflow } from './crypto-forecast.ts'
export { libraryContextWorkflow } from './library-context.ts'
export { makeContextWorkflow } from './library-context/make-context.ts'
export { matchResultsWorkflow } from './match-results.ts'
export { housekeepingWorkflow } from './housekeeping.ts'
// Of no pipeline: `doctor` starts it.
export { pingWorkflow } from './ping.ts'
