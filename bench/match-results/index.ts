import type { Benchmarks } from '../figure.ts'

export const matchResults: Benchmarks = {
  'match-results': async () => (await import('./match-results.ts')).matchResults,
}
