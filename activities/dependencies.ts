/** What activities need from outside. */
import type { Database } from '../db/database.ts'
import type { RawPayloadCaps } from '../db/queries/raw-payloads.ts'
import type { Tracked } from '../config/almanac-file.ts'
import type { Ascl } from '../upstreams/ascl.ts'
import type { Binance } from '../upstreams/binance/binance.ts'
import type { CoinGecko } from '../upstreams/coingecko.ts'
import type { CurseForge } from '../upstreams/curseforge/curseforge.ts'
import type { CurseForgeDependents } from '../upstreams/curseforge/curseforge-dependents.ts'
import type { FearGreed } from '../upstreams/fear-greed.ts'
import type { Git } from '../upstreams/git/git.ts'
import type { GitHub } from '../upstreams/github/github.ts'
import type { Mlflow } from '../upstreams/mlflow/mlflow.ts'
import type { ModelServer } from '../upstreams/mlflow/model-server.ts'
import type { OneXBet } from '../upstreams/onexbet/onexbet.ts'
import type { OneXBetResults } from '../upstreams/onexbet/onexbet-results.ts'
import type { Modrinth } from '../upstreams/modrinth.ts'
import type { Contextmaker } from './library-context/contextmaker/contextmaker.ts'
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
