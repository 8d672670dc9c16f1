/** The sentences of each pipeline that has reasons of its own, in each language: one line, under its id. */
export * as 'crypto-forecast' from './crypto-forecast/index.ts'
export * as 'housekeeping' from './housekeeping/index.ts'
export * as 'library-context' from './library-context/index.ts'
export * as 'match-results' from './match-results/index.ts'
export * as 'mod-stats' from './mod-stats/index.ts'
