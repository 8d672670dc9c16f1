/** The benchmarks by name: those of shared parts, and one line for each pipeline. */
import { cryptoForecast } from './crypto-forecast/index.ts'
import type { Benchmarks } from './figure.ts'
import { libraryContext } from './library-context/index.ts'
import { matchResults } from './match-results/index.ts'
import { modStats } from './mod-stats/index.ts'

export const BENCHMARKS: Benchmarks = {
  engine: async () => (await import('./engine.ts')).engine,
  ...modStats,
  ...cryptoForecast,
  ...libraryContext,
  ...matchResults,
  'start-up': async () => (await import('./start-up.ts')).startUp,
  watch: async () => (await import('./watch.ts')).watch,
  memory: async () => (await import('./memory.ts')).memory,
}
