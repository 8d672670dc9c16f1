import type { Soak } from '../soak-definition.ts'

export const disasters: Soak = {
  options: [{ flags: '--minutes <count>', description: 'how long it is soaked', default: 30, short: 0.5 }],
  run: async (option) => {
    const { soakDisasters } = await import('./soak-disasters.ts')
    return soakDisasters({ minutes: option('minutes'), seed: option('seed') })
  },
}
