/** What started a run, in a word. */
import type { Say } from '../../preferences.tsx'
import type { RunKey } from './words/index.ts'

const TRIGGERS = ['schedule', 'manual', 'start', 'demo', 'drain', 'replay'] as const

/** The word for it; a trigger of another version as it is, and a dash for none. */
export function triggerWord(say: Say<RunKey>, trigger: string): string {
  const known = TRIGGERS.find((one) => one === trigger)
  return known === undefined ? trigger || '–' : say(`trigger.${known}`)
}
