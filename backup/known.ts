/** What is known of the backups: beside the data, where the watch finds it, which may read no backup. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { jsonOrNothing } from '../core/json-or-nothing.ts'
import { writeFileAtomically } from '../system/atomic-file.ts'

const knownSchema = z.object({
  file: z.string().optional(),
  made_at: z.iso.datetime().optional(),
  failed: z.object({ at: z.iso.datetime(), type: z.string(), message: z.string() }).optional(),
  damaged: z.array(z.string()).default([]),
})

type Stored = z.input<typeof knownSchema>

export interface KnownBackups {
  /** When the last backup that was restored and compared was made; undefined if there is none. */
  madeAt: Date | undefined
  /** The newest try, if it gave no backup. */
  failed: { at: Date; type: string; message: string } | undefined
  /** Names of kept ones that are not as they were written, or have no checksum; as of when they were last read. */
  damaged: readonly string[]
}

const fileIn = (dataDir: string) => join(dataDir, 'last-backup.json')

/** Returns what is known. Of a file that cannot be read nothing is: then there seems to be no backup, until the next one. */
export function knownBackups(dataDir: string): KnownBackups {
  const { made_at, failed, damaged = [] } = stored(dataDir)
  return {
    madeAt: made_at === undefined ? undefined : new Date(made_at),
    failed: failed && { ...failed, at: new Date(failed.at) },
    damaged,
  }
}

/** Keeps that a backup was made and proved. Throws what `writeFileAtomically` throws. */
export function tellMade(dataDir: string, { file, madeAt }: { file: string; madeAt: Date }): void {
  const { damaged } = stored(dataDir)
  keep(dataDir, { file, made_at: madeAt.toISOString(), damaged })
}

/** Keeps that one could not be made, or did not stand the proof; the last good one stays the last. */
export function tellFailed(dataDir: string, failed: { at: Date; type: string; message: string }): void {
  keep(dataDir, { ...stored(dataDir), failed: { ...failed, at: failed.at.toISOString() } })
}

/** Keeps which of those that are kept are damaged: all that are. */
export function tellDamaged(dataDir: string, damaged: string[]): void {
  keep(dataDir, { ...stored(dataDir), damaged })
}

function stored(dataDir: string): Stored {
  const path = fileIn(dataDir)
  if (!existsSync(path)) return {}
  return knownSchema.safeParse(jsonOrNothing(readFileSync(path, 'utf8'))).data ?? {}
}

function keep(dataDir: string, known: Stored): void {
  writeFileAtomically(fileIn(dataDir), `${JSON.stringify(known, null, 2)}\n`)
}
