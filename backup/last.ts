/** When the last backup was made: beside the data, where the watch finds it, which may read no backup. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../system/atomic-file.ts'

const fileIn = (dataDir: string) => join(dataDir, 'last-backup.json')

/** Keeps it. Throws what `writeFileAtomically` throws. */
export function tellLastBackup(dataDir: string, { file, madeAt }: { file: string; madeAt: Date }): void {
  writeFileAtomically(
    fileIn(dataDir),
    `${JSON.stringify({ file, made_at: madeAt.toISOString() }, null, 2)}\n`,
  )
}

/** Returns when the last backup that was restored and compared was made; undefined if there is none. */
export function lastBackup(dataDir: string): Date | undefined {
  const path = fileIn(dataDir)
  if (!existsSync(path)) return undefined
  const { made_at } = JSON.parse(readFileSync(path, 'utf8')) as { made_at: string }
  return new Date(made_at)
}
