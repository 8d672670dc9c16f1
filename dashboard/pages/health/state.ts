/** What the page of health says of each part of the stack. */
import type { infer as Infer } from 'zod'
import type { stackSchema } from '../../../api/stack/stack-schema.ts'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import type { RetryJson } from '../../../api/runs/run-json.ts'
import type { HealthKey } from './words/index.ts'

export type Stack = Infer<typeof stackSchema>

export type Mark = 'good' | 'warn' | 'bad' | 'unknown'

/** A worker waits a minute for work, then asks again: one that has not for two is gone or hangs. */
const SILENT_MS = 2 * 60_000

/** How the database stands, and the sentence that says so. */
export function databaseMark({ database }: Pick<Stack, 'database'>): { mark: Mark; says?: HealthKey } {
  if (database === null) return { mark: 'bad' }
  const { applied, known } = database.migrations
  if (applied === known) return { mark: 'good', says: 'database.is' }
  return { mark: 'bad', says: applied < known ? 'database.behind' : 'database.ahead' }
}

/** How the workers stand. Without one, runs wait. */
export function workerMark({ temporal }: Pick<Stack, 'temporal'>, now: number): Mark {
  if (temporal === null) return 'unknown'
  const isHeard = temporal.workers.some(
    ({ polled_at }) => polled_at !== null && now - Date.parse(polled_at) < SILENT_MS,
  )
  return isHeard ? 'good' : 'warn'
}

/** A failure of now, as far as the page needs it. */
export type Failing = Pick<RetryJson, 'step' | 'failure' | 'attempts' | 'next_attempt_at' | 'run_workflow_id'>

/** The failing activity that asks an upstream, which is tried again; undefined if there is none. */
export const failingNow = (
  { steps }: Pick<Upstream, 'steps'>,
  retrying: readonly Failing[],
): Failing | undefined => retrying.find(({ step }) => steps.includes(step))

const ROOM_MARKS = { enough: 'good', little: 'warn', 'too little': 'bad' } as const

export const roomMark = (room: Stack['disks'][number]['room']): Mark => ROOM_MARKS[room]

/** How the backups stand. One that is late or failed may be followed by a good one; a damaged one is lost. */
export function backupMark({ is_late, failed, damaged }: Stack['backups']): Mark {
  if (damaged.length > 0) return 'bad'
  return is_late || failed !== null ? 'warn' : 'good'
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** `1.5 GB`, in the largest unit that the number fills. */
export function sizeIn(locale: string, bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    maximumSignificantDigits: 3,
  }).format(bytes / 1_000 ** power)
}
