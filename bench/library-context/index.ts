import type { Benchmarks } from '../figure.ts'

export const libraryContext: Benchmarks = {
  'library-context': async () => (await import('./library-context.ts')).libraryContext,
}
