import type { PartFlag } from '../part.ts'

export const libraryContextFlags: readonly PartFlag[] = [
  { flags: '--libraries <count>', help: 'how many libraries there are beside the fixed ones (default: 0)' },
]
