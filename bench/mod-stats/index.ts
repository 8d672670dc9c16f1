import type { Benchmarks } from '../figure.ts'

export const modStats: Benchmarks = {
  'mod-stats': async () => (await import('./mod-stats.ts')).modStats,
  upserts: async () => (await import('./upserts.ts')).upserts,
  recovery: async () => (await import('./recovery.ts')).recovery,
}
