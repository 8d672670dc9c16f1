/** All tables; drizzle-kit and the queries read them here. */
export * from './crypto-forecast.ts'
export * from './mod-stats.ts'
export * from './runs.ts'
export * from './upstreams.ts'
export * from './library-context.ts'
export * from './match-results.ts'
export * from './housekeeping.ts'
