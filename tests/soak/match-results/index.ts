import type { Soak } from '../soak-definition.ts'

export const matchResults: Soak = {
  options: [
    { flags: '--match-minutes <count>', description: 'simulated minutes of match-results', default: 1_440 },
  ],
  run: async (option) => {
    const { soakMatchResults } = await import('./match-soak.ts')
    return soakMatchResults({ minutes: option('matchMinutes'), seed: option('seed') })
  },
}
