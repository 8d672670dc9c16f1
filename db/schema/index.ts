/** All tables; drizzle-kit and the queries read them here. */
export * from './mod-stats.ts'
export * from './runs.ts'
