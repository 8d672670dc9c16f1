/** The tables that pipelines write through `writeRows`, by SQL name. A pipeline adds its own here. */
import {
  candles,
  cryptoPrices,
  fearGreedIndex,
  importedPredictions,
  importedPrices,
  knownGaps,
  mlflowOutbox,
  predictions,
  predictionScores,
  priceChecks,
  priceComparisons,
} from './schema/crypto-forecast.ts'
import {
  libraries,
  libraryAttempts,
  libraryCatalogue,
  libraryContexts,
  libraryNames,
  librarySnapshots,
} from './schema/library-context.ts'
import { feedPolls, matches, matchObservations } from './schema/match-results.ts'
import { dailyStats, modpacks, modpackStats, versionStats } from './schema/mod-stats.ts'
import { writable, type RowOf } from './writable.ts'

/** Natural key of each table. Names are stable: a spooled or exported call refers to them. */
export const WRITABLE_TABLES = {
  daily_stats: writable(dailyStats, ['date', 'platform', 'modId']),
  version_stats: writable(versionStats, ['date', 'platform', 'versionId']),
  modpack_stats: writable(modpackStats, ['date', 'platform', 'modId', 'modpackSlug']),
  modpacks: writable(modpacks, ['modId', 'slug'], { times: ['lastSeen'] }),
  candles: writable(candles, ['crypto', 'timestamp', 'source']),
  known_gaps: writable(knownGaps, ['crypto', 'timestamp', 'source']),
  crypto_prices: writable(cryptoPrices, ['crypto', 'timestamp'], { derived: true }),
  fear_greed_index: writable(fearGreedIndex, ['date']),
  price_comparisons: writable(priceComparisons, ['crypto', 'timestamp']),
  price_checks: writable(priceChecks, ['checkedAt', 'crypto', 'name'], { derived: true }),
  predictions: writable(predictions, ['crypto', 'horizon', 'targetTime', 'modelVersion'], {
    final: true,
    derived: true,
  }),
  prediction_scores: writable(predictionScores, ['crypto', 'horizon', 'targetTime', 'modelVersion'], {
    derived: true,
  }),
  mlflow_outbox: writable(mlflowOutbox, ['deliveryId'], { final: true, derived: true }),
  imported_prices: writable(importedPrices, ['crypto', 'timestamp']),
  imported_predictions: writable(importedPredictions, ['crypto', 'timestamp']),
  library_catalogue: writable(libraryCatalogue, ['domain', 'named'], { times: ['seenAt'] }),
  libraries: writable(libraries, ['library'], { times: ['askedAt'] }),
  library_names: writable(libraryNames, ['named']),
  library_snapshots: writable(librarySnapshots, ['date', 'domain', 'library'], { derived: true }),
  library_contexts: writable(libraryContexts, ['library'], { times: ['madeAt'] }),
  library_attempts: writable(libraryAttempts, ['library']),
  feed_polls: writable(feedPolls, ['feed', 'kind', 'collectedFor'], { final: true }),
  matches: writable(matches, ['feed', 'eventId'], { times: ['lastSeenAt', 'status'], derived: true }),
  match_observations: writable(matchObservations, ['feed', 'eventId', 'at', 'source'], { derived: true }),
}

/** The rows that each table takes, as drizzle infers them, without what the writer fills itself. */
export type WritableRows = {
  [Table in keyof typeof WRITABLE_TABLES]: RowOf<(typeof WRITABLE_TABLES)[Table]>
}

export type WritableTable = keyof WritableRows
