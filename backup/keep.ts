/** Which backups are kept: the newest ones, and one of each week. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS, WEEK_MS } from '../core/durations.ts'
import { checksumFile } from './archive.ts'

export interface Keeping {
  /** So many of the newest. */
  newest: number
  /** Of so many weeks the newest of each. */
  weeks: number
}

const NAME = /^almanac-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar$/

/** Removes the others. Returns the names of the removed ones. */
export function removeOldBackups(folder: string, keeping: Keeping): string[] {
  const old = oldBackups(readdirSync(folder), keeping)
  for (const name of old)
    for (const path of [join(folder, name), checksumFile(join(folder, name))]) rmSync(path, { force: true })
  return old
}

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

/** When the newest backup in a folder was made; undefined if there is none. */
export function newestBackup(folder: string): Date | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const newest = names
    .filter((name) => NAME.test(name))
    .toSorted()
    .at(-1)
  return newest === undefined ? undefined : new Date(newest.replace(NAME, '$1T$2:$3:$4Z'))
}

/** Weeks since Monday, 29 December 1969, for a UTC day. */
const weekOf = (day: string) => Math.floor((Date.parse(day) + 3 * DAY_MS) / WEEK_MS)
