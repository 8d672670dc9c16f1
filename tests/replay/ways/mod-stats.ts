import type { Ways } from '../way.ts'

export const ways: Ways = {
  runs: [
    { outcome: 'complete', faulty: [] },
    { outcome: 'partial', faulty: ['modrinth'] },
    { outcome: 'failed', faulty: ['modrinth', 'curseforge', 'curseforge-web'] },
    { outcome: 'cancelled', faulty: ['modrinth'], cancel: true },
  ],
}
