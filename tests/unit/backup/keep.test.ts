/** Which backups are kept. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { oldBackups, removeOldBackups } from '../../../backup/keep.ts'

const DAY_MS = 86_400_000
const nameOf = (day: string) => `almanac-${day}T033000Z.tar`
/** One of each day, the newest on Monday, 30 November 2026. */
const days = Array.from({ length: 40 }, (_, back) =>
  new Date(Date.parse('2026-11-30') - back * DAY_MS).toISOString().slice(0, 10),
)

it('keeps the newest ones, and the newest of each week', () => {
  const old = oldBackups(days.map(nameOf), { newest: 3, weeks: 4 })
  const kept = days.filter((day) => !old.includes(nameOf(day)))
  expect(kept).toEqual(['2026-11-30', '2026-11-29', '2026-11-28', '2026-11-22', '2026-11-15'])
  expect(oldBackups(days.map(nameOf), { newest: 40, weeks: 0 })).toEqual([])
})

it('removes old ones with their checksums, and no file of another name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-keep-'))
  try {
    const ours = ['2026-11-29', '2026-11-30'].map(nameOf)
    const others = ['almanac-2026-11-01T033000Z.tar.gpg', 'notes.tar', '.unfinished-now']
    for (const name of [...ours, ...ours.map((one) => `${one}.sha256`), ...others])
      writeFileSync(join(folder, name), '')
    expect(removeOldBackups(folder, { newest: 1, weeks: 0 })).toEqual([ours[0]])
    expect(readdirSync(folder).toSorted()).toEqual([...others, ours[1], `${ours[1]}.sha256`].toSorted())
  } finally {
    rmSync(folder, { recursive: true })
  }
})
