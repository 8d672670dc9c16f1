/** Rejected rows in a real browser: a person looks at one, reads its source again, and removes another. */
import { sql } from 'drizzle-orm'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'
import { faultsOfLayout, hasBrowser, startBrowser, visit, withoutBrowser } from '../../support/browser.ts'
import { plantRejectedDays } from '../../support/crypto-forecast/rejected-days.ts'
import { eachVariant } from '../../support/each-variant.ts'

/** A busy machine takes seconds for what a person sees at once. */
const PATIENCE_MS = 30_000

let api: DatabaseApi
let browser: Browser
beforeAll(async () => {
  if (!hasBrowser) return
  api = await startDatabaseApi()
  browser = await startBrowser()
})
afterAll(async () => {
  if (!hasBrowser) return
  await browser.close()
  await api.stop()
})

const rejectedRows = () => api.database.select<{ id: string }>(sql`select id from quarantine order by id`)

describe.skipIf(!hasBrowser)(`rejected rows on the page${withoutBrowser}`, () => {
  eachVariant([
    {
      locale: 'en-GB',
      width: 1280,
      words: {
        list: 'Rejected rows',
        row: /^Rejected row \d+$/,
        drop: /^Remove this row/,
        left: / is not in this list any more/,
        keep: 'Keep',
        sure: 'Remove this row',
        again: 'Read fear-greed again',
        look: 'Show what would change',
        write: 'Write this',
        wrote: '2 rows were written.',
      },
    },
    {
      locale: 'fr-FR',
      width: 360,
      words: {
        list: 'Lignes rejetées',
        row: /^Ligne rejetée \d+$/,
        drop: /^Supprimer cette ligne/,
        left: / n’est plus dans cette liste/,
        keep: 'Garder',
        sure: 'Supprimer cette ligne',
        again: 'Relire fear-greed',
        look: 'Montrer ce qui changerait',
        write: 'Écrire cela',
        wrote: '2 lignes ont été écrites.',
      },
    },
  ])('are looked at, removed and read again: $locale', async ({ locale, width, words }) => {
    await api.database.db.execute(sql`truncate fear_greed_index, pipeline_runs, raw_payloads, quarantine`)
    await plantRejectedDays(api.database.db)
    const { page, faults } = await visit(browser, api.address, { locale, viewport: { width, height: 800 } })
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto('/health')
    const list = page.getByRole('region', { name: words.list, exact: true })
    await list.getByRole('link', { name: 'fear-greed', exact: true }).press('Enter')
    const row = page.getByRole('region', { name: words.row })
    await row.getByText('"value_classification": "Fear"').waitFor()
    expect(await faultsOfLayout(page)).toEqual([])

    const before = await rejectedRows()
    expect(before).toHaveLength(2)
    await row.getByRole('button', { name: words.drop }).press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: words.keep }).press('Enter')
    expect(await rejectedRows()).toEqual(before)
    await row.getByRole('button', { name: words.drop }).press('Enter')
    await dialog.getByRole('button', { name: words.sure }).press('Enter')
    await page.getByText(words.left).waitFor()
    expect(await rejectedRows()).toHaveLength(1)

    await list.getByRole('link', { name: 'fear-greed', exact: true }).press('Enter')
    await row.getByRole('link', { name: words.again }).press('Enter')
    await page.getByRole('button', { name: words.look }).press('Enter')
    const write = page.getByRole('button', { name: words.write })
    await write.waitFor()
    expect(await faultsOfLayout(page)).toEqual([])
    expect(await api.database.select(sql`select date from fear_greed_index`)).toEqual([])
    await write.press('Enter')
    await page.getByText(words.wrote).waitFor()
    expect(await api.database.select(sql`select value from fear_greed_index order by date`)).toEqual([
      { value: 31 },
      { value: 32 },
    ])
    expect(await rejectedRows()).toEqual([])
    await page.getByText(words.left).waitFor()
    // The rows that are gone, and Temporal, which is away.
    expect(faults.filter((fault) => !/404|503/.test(fault))).toEqual([])
    await page.context().close()
  })
})
