/** What the watch remembers: one small file, so that it works while the database is away, and a restart repeats nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { OWNER_ONLY, writeFileAtomically } from '../system/atomic-file.ts'
import type { Alerts } from './alert.ts'
import type { FreeSpace } from './disk.ts'
import type { Delivery } from './deliver.ts'
import type { Silence } from './silences.ts'

export interface WatchState {
  /** When this stack was first looked at. */
  since: number
  /** When it was looked at last; null before. */
  lookedAt: number | null
  alerts: Alerts
  /** Free space of each disk over the last days. */
  space: Readonly<Record<string, readonly FreeSpace[]>>
  /** Messages that a channel has not taken yet. */
  waiting: readonly Delivery[]
  /** Time of the newest summary of each pipeline that was told. */
  newsUntil: Readonly<Record<string, number>>
}

const stateFile = (stateDir: string) => join(stateDir, 'watch.json')
/** Written by people, and read by the watch: so neither overwrites the other. */
const silenceFile = (stateDir: string) => join(stateDir, 'silences.json')

/** Returns what is remembered; of a stack that was never looked at, nothing since now. Throws `Misconfigured` if it is unreadable. */
export function readState(stateDir: string, now: number): WatchState {
  const fresh = { since: now, lookedAt: null, alerts: {}, space: {}, waiting: [], newsUntil: {} }
  return { ...fresh, ...(readJson(stateFile(stateDir)) as Partial<WatchState> | undefined) }
}

/** Keeps it. Throws what `writeFileAtomically` throws. */
export function writeState(stateDir: string, state: WatchState): void {
  writeFileAtomically(stateFile(stateDir), JSON.stringify(state), OWNER_ONLY)
}

/** Returns what people silenced. */
export function readSilences(stateDir: string): Silence[] {
  return (readJson(silenceFile(stateDir)) as Silence[] | undefined) ?? []
}

/** Keeps them. */
export function writeSilences(stateDir: string, silences: readonly Silence[]): void {
  writeFileAtomically(silenceFile(stateDir), JSON.stringify(silences, null, 2), OWNER_ONLY)
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Failure(
      'Misconfigured',
      `${file} cannot be read as JSON. Remove it: the watch begins anew, and tells again what stands.`,
      {
        cause: error,
      },
    )
  }
}
