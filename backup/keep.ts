/** Which backups are kept: the newest ones, and one of each week. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS, WEEK_MS } from '../core/durations.ts'
import { checksumFile } from './archive.ts'

export interface Keeping {
  /** So many of the newest. */
  newest: number
  /** Of so many weeks the newest of each. */
  weeks: number
}

const NAME = /^almanac-(\d{4}-\d\d-\d\d)T\d{6}Z\.tar$/

/** Removes the others. Returns the names of the removed ones. */
export function removeOldBackups(folder: string, keeping: Keeping): string[] {
  const old = oldBackups(readdirSync(folder), keeping)
  for (const name of old)
    for (const path of [join(folder, name), checksumFile(join(folder, name))]) rmSync(path, { force: true })
  return old
}

/** The names of the backups in a folder, oldest first. */
export const backupsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => NAME.test(name))
    .toSorted()

/** The names of backups that are not kept. Names that are none of ours are left alone. */
export function oldBackups(names: readonly string[], { newest, weeks }: Keeping): string[] {
  const backups = names
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
  const kept = new Set(backups.slice(0, newest))
  const seen = new Set<number>()
  for (const name of backups) {
    const week = weekOf(NAME.exec(name)?.[1] ?? '')
    if (seen.has(week) || seen.size === weeks) continue
    seen.add(week)
    kept.add(name)
  }
  return backups.filter((name) => !kept.has(name))
}

/** Weeks since Monday, 29 December 1969, for a UTC day. */
const weekOf = (day: string) => Math.floor((Date.parse(day) + 3 * DAY_MS) / WEEK_MS)
