import type { Soak } from '../soak-definition.ts'

export const modStats: Soak = {
  options: [
    { flags: '--minutes <count>', description: 'how long mod-stats is soaked', default: 10 },
    { flags: '--mods <count>', description: 'mods collected in each run of mod-stats', default: 300 },
  ],
  run: async (option) => {
    const { soakModStats } = await import('./soak-mod-stats.ts')
    return soakModStats({ minutes: option('minutes'), seed: option('seed'), mods: option('mods') })
  },
}
