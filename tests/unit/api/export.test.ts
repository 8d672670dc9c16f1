/** Exports asked for their headers alone, as a download manager does first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORMATS } from '../../../api/data/export.ts'
import { assembleApi, type AssembledApi } from '../../../api/server.ts'
import { loadConfig } from '../../../config/load-config.ts'

const root = mkdtempSync(join(tmpdir(), 'almanac-export-'))
let api: AssembledApi
beforeAll(async () => {
  // Nothing listens on port 9: what asks the database gets 503.
  const env = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
  }
  api = await assembleApi(loadConfig({ env, root }), undefined, { error: () => undefined })
})
afterAll(async () => {
  await api.close()
  rmSync(root, { recursive: true })
})

const ask = (method: 'GET' | 'HEAD', format: string) =>
  api.api.inject({
    method,
    url: `/api/data/stack/runs/export?format=${format}&from=2026-11-01&to=2026-11-29`,
    headers: { host: '127.0.0.1' },
  })

describe('HEAD of an export', () => {
  it.each(Object.entries(FORMATS))(
    'as %s gives its headers without asking the database',
    async (format, type) => {
      const { statusCode, headers, body } = await ask('HEAD', format)
      expect([statusCode, body]).toEqual([200, ''])
      expect(headers).toMatchObject({
        'content-type': type,
        'content-disposition': `attachment; filename="runs_2026-11-01_2026-11-29.${format}"`,
      })
      expect(headers).not.toHaveProperty('content-length')
      expect((await ask('GET', format)).statusCode).toBe(503)
    },
  )

  it('of an unknown format is refused as GET is', async () => {
    expect([(await ask('HEAD', 'xls')).statusCode, (await ask('GET', 'xls')).statusCode]).toEqual([400, 400])
  })
})
