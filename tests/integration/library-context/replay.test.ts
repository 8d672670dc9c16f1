/** The names of a night that a broken parser lost are read again from the stored catalogue. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { replayStored } from '../../../client/replay.ts'
import { expectReadAgain } from '../../support/lost-rows.ts'
import { startLibrarySteps, type LibrarySteps } from '../../support/library-context/library-steps.ts'

let steps: LibrarySteps
beforeAll(async () => {
  const keywords = ['astro']
  steps = await startLibrarySteps({
    section: { domains: { astronomy: { description: 'Astronomy', source: 'ascl', keywords, top: 20 } } },
  })
  await steps.listsAt('2026-03-10T02:00:00Z')
})
afterAll(() => steps.stop())

const names = sql`select domain, named, name, ascl_id, source, seen_at from library_catalogue order by domain, named`

it('ascl', async () => {
  await expectReadAgain(steps, {
    source: 'ascl',
    rows: names,
    losing: [sql`delete from library_catalogue where left(named, 1) > 'd'`],
    rejected: (_, body) => Object.values(JSON.parse(body) as Record<string, unknown>).slice(0, 50),
  })
})

it('leaves a domain whose names would shrink beyond belief, and says so', async () => {
  const { database, config } = steps
  await database.db.execute(sql`
    insert into library_catalogue (domain, named, name, source, seen_at, observed_at, run_id)
    select 'astronomy', 'astro-' || n || '/astro', 'astro-' || n || '/astro', 'ascl', timestamptz '2026-03-11T02:00Z', now(), 'later'
    from generate_series(1, 1000) n`)
  const before = await database.select(names)
  const { sources } = await replayStored(database, config, { source: 'ascl', write: true })
  expect(sources.map(({ unread }) => unread.map(({ code }) => code))).toEqual([['suspicious']])
  expect(await database.select(names)).toEqual(before)
  await database.db.execute(sql`delete from library_catalogue where run_id = 'later'`)
})
