import { describe, expect, it } from 'vitest'
import { fileStart } from '../../../../../system/read-csv/file-start.ts'
import { recogniseStart } from '../../../../../cli/import/import-files.ts'
import { modStatsKinds } from '../../../../../cli/mod-stats/import/kinds.ts'
import { WrongUsage } from '../../../../../core/failures.ts'

const kinds = modStatsKinds('2026-11-21', undefined)
const kindOf = (head: string) =>
  recogniseStart(fileStart({ path: 'x.csv', encoding: 'utf-8' }, head), { kinds }).kind.name

describe('the kind of a file of mod-stats', () => {
  it.each([
    ['id,date,platform,total_downloads,followers,versions_count,created_at\n', 'daily_stats'],
    ['\uFEFFVersion_Name, downloads,"date",platform,extra\r\n1', 'version_stats'],
    ['modpack_slug,modpack_name,downloads,platform,date', 'modpack_stats'],
    ['id,name,slug,downloads,link\n', 'modpacks'],
    [' \n[{"name": "a"}]', 'scraped'],
  ])('recognises a file that begins with %j as %s', (head, kind) => {
    expect(kindOf(head)).toBe(kind)
  })

  it.each(['crypto,timestamp,price\n', '', '"open'])(
    'does not recognise a file that begins with %j',
    (head) => {
      expect(() => kindOf(head)).toThrow(WrongUsage)
      expect(() => kindOf(head)).toThrow(/date,platform,total_downloads[^]*id,name,slug,downloads,link/)
    },
  )
})
