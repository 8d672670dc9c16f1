/** All activities of the worker; a pipeline adds its factory here. */
import type { Database } from '../db/database.ts'
import type { RawPayloadCaps } from '../db/queries/raw-payloads.ts'
import type { Tracked } from '../tracked.ts'
import type { Ascl } from '../upstreams/ascl.ts'
import type { Binance } from '../upstreams/binance.ts'
import type { CoinGecko } from '../upstreams/coingecko.ts'
import type { CurseForge } from '../upstreams/curseforge.ts'
import type { CurseForgeDependents } from '../upstreams/curseforge-dependents.ts'
import type { FearGreed } from '../upstreams/fear-greed.ts'
import type { Git } from '../upstreams/git.ts'
import type { GitHub } from '../upstreams/github.ts'
import type { Mlflow } from '../upstreams/mlflow.ts'
import type { ModelServer } from '../upstreams/model-server.ts'
import type { OneXBet } from '../upstreams/onexbet.ts'
import type { OneXBetResults } from '../upstreams/onexbet-results.ts'
import type { Modrinth } from '../upstreams/modrinth.ts'
import { createCryptoForecastActivities } from './crypto-forecast/index.ts'
import { createLibraryContextActivities } from './library-context/index.ts'
import type { Contextmaker } from './library-context/contextmaker/contextmaker.ts'
import { createMatchResultsActivities } from './match-results/index.ts'
import { createModStatsActivities } from './mod-stats/index.ts'
import type { AskTemporal } from './run-record.ts'

/** This host, for steps that work on its disk. */
export interface Host {
  /** Task queues that only workers of this host poll: for clones and reading, and for clean-up with slots of its own. */
  queue: string
  cleanupQueue: string
  /** Folder of the clones. */
  workDir: string
}

/** Everything that steps need from outside; each factory takes what it uses. */
export interface ActivityDependencies {
  db: Database
  temporal: AskTemporal
  tracked: Tracked
  modrinth: Modrinth
  /** Undefined without `CURSEFORGE_API_KEY`. */
  curseforge: CurseForge | undefined
  dependents: CurseForgeDependents
  binance: Binance
  coingecko: CoinGecko
  fearGreed: FearGreed
  ascl: Ascl
  github: GitHub
  git: Git
  contextmaker: Contextmaker
  onexbet: OneXBet
  onexbetResults: OneXBetResults
  host: Host
  /** Undefined without `MODEL_SERVING_URL`: our own model forecasts. */
  modelServer: ModelServer | undefined
  /** Undefined without `MLFLOW_TRACKING_URI`. */
  mlflow: Mlflow | undefined
  /** Folder of the exported files. */
  dataDir: string
  /** Folder of the metrics file for the node exporter. */
  textfileDir: string
  rawPayloadCaps: RawPayloadCaps
  /** How long a step of each pipeline waits for an absent database, in milliseconds. */
  patienceMs: Record<keyof Tracked, number>
  clock: () => Date
  /** The feed's time; the simulator's league of the demo plays faster. */
  matchClock: () => Date
}

/** One flat map, as Temporal wants it; names are unique in the project. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...createModStatsActivities(dependencies),
    ...createCryptoForecastActivities(dependencies),
    ...createLibraryContextActivities(dependencies),
    ...createMatchResultsActivities(dependencies),
  }
}
