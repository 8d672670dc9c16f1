import { expect, it } from 'vitest'
import { columnsOf, noteOnUnused } from '../../../../cli/import/unused-columns.ts'
import { tableLines } from '../../../../cli/mod-stats/import/table-lines.ts'
import { notationOf } from '../../../../system/read-csv/notation.ts'

const read = columnsOf(tableLines('2026-07-20', notationOf(',')).daily_stats)
const columns = ['date', 'platform', 'total_downloads']

it('names the columns that are not read, and what was probably meant', () => {
  expect(noteOnUnused([...columns, 'follower', 'version_count', 'mod_name'], read)).toEqual([
    'columns follower, version_count, mod_name are not used; did you mean followers, versions_count?',
  ])
  expect(noteOnUnused([...columns, 'followers', 'follower'], read)).toEqual(['column follower is not used'])
})

it('says nothing of a file of which everything is read, or what every dump has', () => {
  expect(noteOnUnused([...columns, 'followers', 'id', 'created_at'], read)).toEqual([])
})
