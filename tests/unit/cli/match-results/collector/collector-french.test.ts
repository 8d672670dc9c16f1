/** French of the log: numbers, and sentences of ours that are looked for word by word. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { counted, everyMinutes } from '../../../../../cli/match-results/collector/french.ts'
import { FIXED_MESSAGES } from '../../../../../cli/match-results/collector/trouble-lines.ts'
import { packageRoot } from '../../../../../system/package-root.ts'

describe('a number with its word', () => {
  it.each([
    [0, '0 ligne'],
    [1, '1 ligne'],
    [2, '2 lignes'],
  ])('%i is %s', (count, text) => {
    expect(counted(count, 'ligne', 'lignes')).toBe(text)
  })

  it('of minutes is a rhythm', () => {
    expect([everyMinutes(1), everyMinutes(5)]).toEqual(['toutes les minutes', 'toutes les 5 minutes'])
  })
})

/** Everything that a worker may log. */
const SOURCES = ['worker', 'activities', 'activities/match-results', 'node_modules/@temporalio/worker/lib']
  .flatMap((folder) =>
    readdirSync(join(packageRoot, folder))
      .filter((name) => /\.(ts|js)$/.test(name))
      .map((name) => readFileSync(join(packageRoot, folder, name), 'utf8')),
  )
  .join('\n')

it.each(FIXED_MESSAGES)('the message "%s" is one that a worker writes', (message) => {
  expect(SOURCES).toContain(message)
})
