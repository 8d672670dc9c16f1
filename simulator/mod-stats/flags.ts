import type { PartFlag } from '../part.ts'

export const modStatsFlags: readonly PartFlag[] = [
  { flags: '--mods <count>', help: 'how many mods there are (default: 3)' },
]
