/** What the watch remembers: one small file, so that it works while the database is away, and a restart repeats nothing. */
import { existsSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { jsonOrNothing } from '../core/json-or-nothing.ts'
import { OWNER_ONLY, writeFileAtomically } from '../system/atomic-file.ts'
import type { Alerts } from './alert.ts'
import type { FreeSpace } from './disk.ts'
import type { Delivery } from './deliver.ts'
import { KINDS } from './kinds.ts'
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

/** As deep as is read without asking: what another version wrote, or a disk lost, must not end every look. */
const findingSchema = z.looseObject({
  key: z.string(),
  kind: z.enum(Object.keys(KINDS) as [keyof typeof KINDS]),
  pipeline: z.string().nullable(),
  what: z.looseObject({ code: z.string() }),
})
const alertSchema = z.looseObject({
  finding: findingSchema,
  firstSeenAt: z.number(),
  since: z.number(),
  lastSeenAt: z.number(),
  clearSince: z.number().nullable(),
  heldSince: z.number(),
  toldAt: z.number().nullable(),
  reminders: z.number(),
  remindAt: z.number().nullable(),
  toldSize: z.number().nullable(),
})
const deliverySchema = z.looseObject({
  id: z.string(),
  channel: z.string(),
  message: z.looseObject({
    event: z.enum(['began', 'worse', 'still', 'over', 'news']),
    finding: findingSchema,
    since: z.number(),
    at: z.number(),
  }),
  tries: z.number(),
  nextAt: z.number(),
})
const stateSchema = z
  .looseObject({
    since: z.number(),
    lookedAt: z.number().nullable(),
    alerts: z.record(z.string(), alertSchema),
    space: z.record(z.string(), z.array(z.object({ at: z.number(), freeBytes: z.number() }))),
    waiting: z.array(deliverySchema),
    newsUntil: z.record(z.string(), z.number()),
  })
  .partial()
const silencesSchema = z.array(
  z.object({ of: z.string(), until: z.number().nullable(), reason: z.string(), since: z.number() }),
)

/** Returns what is remembered; of a stack that was never looked at, or whose file is damaged, nothing since now. */
export function readState(stateDir: string, now: number): WatchState {
  const fresh = { since: now, lookedAt: null, alerts: {}, space: {}, waiting: [], newsUntil: {} }
  return { ...fresh, ...(readJson(stateFile(stateDir), stateSchema) as Partial<WatchState> | undefined) }
}

/** Keeps it. Throws what `writeFileAtomically` throws. */
export function writeState(stateDir: string, state: WatchState): void {
  writeFileAtomically(stateFile(stateDir), JSON.stringify(state), OWNER_ONLY)
}

/** Gives the file the time of a look without writing to it, if there is one. */
export function touchState(stateDir: string, at: number): void {
  if (existsSync(stateFile(stateDir))) utimesSync(stateFile(stateDir), new Date(at), new Date(at))
}

/** When the file was last written or touched, in milliseconds since 1970; undefined if there is none. */
export const stateTouchedAt = (stateDir: string): number | undefined =>
  statSync(stateFile(stateDir), { throwIfNoEntry: false })?.mtimeMs

/** Returns what people silenced; nothing if the file is damaged. */
export function readSilences(stateDir: string): Silence[] {
  return readJson(silenceFile(stateDir), silencesSchema) ?? []
}

/** Keeps them. */
export function writeSilences(stateDir: string, silences: readonly Silence[]): void {
  writeFileAtomically(silenceFile(stateDir), JSON.stringify(silences, null, 2), OWNER_ONLY)
}

/** A file that could not be read, and where it lies now. */
export interface PutAside {
  file: string
  aside: string
}

/** Puts aside what is damaged, or of another version, under a name with the time: whoever writes next begins anew. */
export function putAsideDamaged(stateDir: string, now: number): PutAside[] {
  const time = new Date(now).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replaceAll(':', '')
  const isDamaged = (file: string, schema: z.ZodType) =>
    existsSync(file) && readJson(file, schema) === undefined
  return [
    ...(isDamaged(stateFile(stateDir), stateSchema) ? [stateFile(stateDir)] : []),
    ...(isDamaged(silenceFile(stateDir), silencesSchema) ? [silenceFile(stateDir)] : []),
  ].map((file) => {
    const aside = `${file}.damaged-${time}Z`
    renameSync(file, aside)
    return { file, aside }
  })
}

/** Undefined if there is no such file, or none of this shape. */
const readJson = <T>(file: string, schema: z.ZodType<T>): T | undefined =>
  existsSync(file) ? schema.safeParse(jsonOrNothing(readFileSync(file, 'utf8'))).data : undefined
