/** The description of the API: valid, complete, and true of refusals. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTokens } from '../../../api/access/tokens.ts'
import { assembleApi, type AssembledApi } from '../../../api/server.ts'
import { loadConfig } from '../../../config/load-config.ts'

/** All routes are compiled: seconds on a busy machine. */
const COMPILE_MS = 60_000

interface Description {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}
interface Operation {
  requestBody?: object
  responses: Record<string, { content?: Record<string, unknown> }>
}

const root = mkdtempSync(join(tmpdir(), 'almanac-openapi-'))
let assembled: AssembledApi
let description: Description
beforeAll(async () => {
  const env = {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    ALMANAC_CONFIG: join(import.meta.dirname, '../../../almanac.example.yaml'),
  }
  const tokens = createTokens({ operator: 'token-of-the-operator' })
  assembled = await assembleApi(loadConfig({ env, root }), tokens, { error: () => undefined })
  const headers = { authorization: 'Bearer token-of-the-operator' }
  const response = await assembled.api.inject({ url: '/api/openapi.json', headers })
  description = response.json()
}, COMPILE_MS)
afterAll(async () => {
  await assembled.close()
  rmSync(root, { recursive: true })
})

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

it('is valid OpenAPI 3.1', async () => {
  expect(description.openapi).toMatch(/^3\.1\./)
  const { valid, errors } = await new Validator().validate(structuredClone(description) as never)
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
})

it('has every route but the page itself', () => {
  const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
  const added = assembled.routes
    .flatMap(({ method, url }) => [method].flat().map((one) => ({ one, url })))
    .filter(({ one, url }) => one !== 'HEAD' && !url.includes('*') && url !== '/api')
    .map(({ one, url }) => `${one} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((route) => route !== 'GET /api/openapi.json')
  expect(described.toSorted()).toEqual(added.toSorted())
})

it('declares refusals as problem details, those of bodies and names where there are any', () => {
  for (const { path, method, operation } of operations()) {
    const { responses, requestBody } = operation
    const bodies = requestBody === undefined ? [] : ['400', '413', '415']
    const names = path.includes('{') ? ['400', '414'] : []
    expect([path, method, Object.keys(responses)]).toEqual([
      path,
      method,
      expect.arrayContaining(['401', '403', '421', '429', ...bodies, ...names]),
    ])
    for (const [status, { content }] of Object.entries(responses))
      if (status >= '400') expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
  }
})
