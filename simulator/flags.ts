/** Options of `almanac simulator` by pipeline. Not in index.ts, so that `almanac --help` loads no simulator. */
import { cryptoForecastFlags } from './crypto-forecast/flags.ts'
import { libraryContextFlags } from './library-context/flags.ts'
import { matchResultsFlags } from './match-results/flags.ts'
import { modStatsFlags } from './mod-stats/flags.ts'
import type { PartFlag } from './part.ts'

export const PART_FLAGS: readonly PartFlag[] = [
  ...modStatsFlags,
  ...cryptoForecastFlags,
  ...libraryContextFlags,
  ...matchResultsFlags,
]
