import type { PartFlag } from '../part.ts'

export const cryptoForecastFlags: readonly PartFlag[] = [
  { flags: '--coins <count>', help: 'how many coins there are (default: 3)' },
]
