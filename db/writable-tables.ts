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
import { writable } from './writable.ts'

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

type OwnColumns = 'id' | 'createdAt' | 'updatedAt' | 'followedAt' | 'firstSeen' | 'observedAt' | 'runId'

/** The rows that each table takes, as drizzle infers them, without what the door fills itself. */
export interface WritableRows {
  daily_stats: Omit<typeof dailyStats.$inferInsert, OwnColumns>
  version_stats: Omit<typeof versionStats.$inferInsert, OwnColumns>
  modpack_stats: Omit<typeof modpackStats.$inferInsert, OwnColumns>
  modpacks: Omit<typeof modpacks.$inferInsert, OwnColumns>
  candles: Omit<typeof candles.$inferInsert, OwnColumns>
  known_gaps: Omit<typeof knownGaps.$inferInsert, OwnColumns>
  crypto_prices: Omit<typeof cryptoPrices.$inferInsert, OwnColumns>
  fear_greed_index: Omit<typeof fearGreedIndex.$inferInsert, OwnColumns>
  price_comparisons: Omit<typeof priceComparisons.$inferInsert, OwnColumns>
  price_checks: Omit<typeof priceChecks.$inferInsert, OwnColumns>
  predictions: Omit<typeof predictions.$inferInsert, OwnColumns>
  prediction_scores: Omit<typeof predictionScores.$inferInsert, OwnColumns>
  mlflow_outbox: Omit<typeof mlflowOutbox.$inferInsert, OwnColumns>
  imported_prices: Omit<typeof importedPrices.$inferInsert, OwnColumns>
  imported_predictions: Omit<typeof importedPredictions.$inferInsert, OwnColumns>
  library_catalogue: Omit<typeof libraryCatalogue.$inferInsert, OwnColumns>
  libraries: Omit<typeof libraries.$inferInsert, OwnColumns>
  library_names: Omit<typeof libraryNames.$inferInsert, OwnColumns>
  library_snapshots: Omit<typeof librarySnapshots.$inferInsert, OwnColumns>
  library_contexts: Omit<typeof libraryContexts.$inferInsert, OwnColumns>
  library_attempts: Omit<typeof libraryAttempts.$inferInsert, OwnColumns>
  feed_polls: Omit<typeof feedPolls.$inferInsert, OwnColumns>
  matches: Omit<typeof matches.$inferInsert, OwnColumns>
  match_observations: Omit<typeof matchObservations.$inferInsert, OwnColumns>
}

export type WritableTable = keyof WritableRows
