/** The archive: what is old by its content goes into it, current files and links stay, and old archives go. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { archiveFile, dueFiles } from '../../../../activities/housekeeping/old-files.ts'
import { loadConfig } from '../../../../config/load-config.ts'
import { archivePlaces } from '../../../../worker/pipelines/housekeeping.ts'

const NOW = new Date('2026-11-30T03:30:00.000Z')
const AGES = { archiveDays: 7, keepDays: 30, now: NOW }

let root: string
let places: ReturnType<typeof archivePlaces>
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac archive '))
  for (const folder of ['data/csv', 'data/logs', 'data/archives', 'state'])
    mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'almanac.yaml'), '{}')
  places = archivePlaces(loadConfig({ root, env: { ALMANAC_STATE_DIR: 'state' } }))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const put = (path: string, content: string) => {
  writeFileSync(join(root, path), content)
}
const due = () => {
  const { old, outdated } = dueFiles(places.archived, places.archives, AGES)
  return [...old, ...outdated].map((path) => basename(path))
}

describe('old files', () => {
  it('are old by the date in their name, or by their newest row', () => {
    put('data/csv/prices_20261101-120000.csv', 'a\n')
    put('data/csv/bitcoin.csv', 'timestamp;price\n2026-11-01 00:00:00;1\n2026-11-20 00:00:00;2\n')
    put('data/csv/newest-first.csv', 'timestamp;price\n2026-11-29;1\n2026-01-01;2\n')
    put(
      'data/logs/bot.log',
      '2026-10-01 10:00:00,123 - INFO - begins\n2026-10-02 10:00:00,123 - INFO - ends\n',
    )
    put('state/almanac.log.2026-11-20T235959Z', '{}\n')
    expect(due()).toEqual([
      'bitcoin.csv',
      'prices_20261101-120000.csv',
      'bot.log',
      'almanac.log.2026-11-20T235959Z',
    ])
  })

  it('are none that runs write, without any date, young, of another kind, or links', () => {
    put('data/matches.csv', '2026-01-01;a\n')
    put('data/csv/no-date.csv', 'a;b\n')
    put('data/csv/young_20261129.csv', '2026-01-01\n')
    put('data/csv/20260101.json', '{}')
    put('state/almanac.log', '{}\n')
    put('state/almanac.log.2026-11-29T235959Z', '{}\n')
    put('elsewhere_20260101.csv', 'not ours\n')
    symlinkSync(join(root, 'elsewhere_20260101.csv'), join(root, 'data/csv/link_20260101.csv'))
    mkdirSync(join(root, 'other'))
    put('other/log_20260101.log', 'not ours\n')
    rmSync(join(root, 'data/logs'), { recursive: true })
    symlinkSync(join(root, 'other'), join(root, 'data/logs'))
    expect(due()).toEqual([])
  })

  it('are in the archive under the time at which they went there, readable, and gone where they were', async () => {
    put('data/csv/bitcoin.csv', '2026-11-01;1\n')
    const signal = new AbortController().signal
    const [path = ''] = dueFiles(places.archived, places.archives, AGES).old
    expect(await archiveFile(path, places.archives, { now: NOW, signal })).toBe(true)
    expect(readdirSync(join(root, 'data/csv'))).toEqual([])
    expect(readdirSync(places.archives)).toEqual(['bitcoin_20261130-033000.csv.gz'])
    const archived = readFileSync(join(places.archives, 'bitcoin_20261130-033000.csv.gz'))
    expect(gunzipSync(archived).toString()).toBe('2026-11-01;1\n')
    // However old its content is, it has just come.
    expect(due()).toEqual([])
  })

  it('leave the archive after thirty days there; what is none of ours stays in it', () => {
    put('data/archives/bitcoin_20261030-033000.csv.gz', '')
    put('data/archives/bitcoin_20261101-033000.csv.gz', '')
    put('data/archives/mine-2020-01-01.gz', '')
    expect(due()).toEqual(['bitcoin_20261030-033000.csv.gz'])
  })
})
