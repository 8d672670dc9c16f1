import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND_MS } from '../../../core/durations.ts'
import type { Chance } from '../soak-chance.ts'
import type { SoakStack } from './soak-stack.ts'

/** Longer than the retries within one attempt of an activity, short enough for many disasters in half an hour. */
export const LONGEST_MS = 12 * SECOND_MS

export interface Disaster {
  name: string
  strike: (stack: SoakStack, chance: Chance) => Promise<void>
}

/** The time that a disaster lasts. */
export const aWhile = (chance: Chance): Promise<void> => sleep(SECOND_MS + chance(LONGEST_MS))
