import type { Benchmarks } from '../figure.ts'

export const libraryContext: Benchmarks = {
  hostile: async () => (await import('./hostile.ts')).hostile,
  'library-context': async () => (await import('./library-context.ts')).libraryContext,
}
