/** The watch's own files, damaged: pages, the command and the watch go on. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createWatch } from '../../../watch/watch.ts'
import { readSilences, readState } from '../../../watch/state.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { command } from '../../support/command.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const folder = () => api.stack.config.stateDir
const asides = () => readdirSync(folder()).filter((name) => name.includes('.damaged-'))

beforeEach(() => {
  for (const name of asides()) rmSync(join(folder(), name))
  writeFileSync(join(folder(), 'watch.json'), '{"since":17')
  writeFileSync(join(folder(), 'silences.json'), '\0\0')
})

it('pages and metrics answer', async () => {
  for (const path of ['/api/stack', '/api/alerts']) expect((await api.get(path)).status).toBe(200)
  expect((await fetch(`${api.server.address}/metrics`)).status).toBe(200)
})

it('the command lists alerts, and says what was damaged', async () => {
  const { code, stderr } = await command(['alerts', 'list'], api.stack.env)
  expect(code).toBe(0)
  expect(stderr).toMatch(/watch\.json could not be read.*watch\.json\.damaged-/)
})

it('a silence is set, and what was there before is put aside', async () => {
  expect((await api.post('/api/silences', { of: 'all', hours: 1 })).status).toBe(200)
  expect(readSilences(folder())).toHaveLength(1)
  expect(asides()).toContainEqual(expect.stringMatching(/^silences\.json\.damaged-/))
})

it('the watch says so in its log, looks, and begins anew', async () => {
  const logged: unknown[] = []
  const log = { warn: () => undefined, error: (record: object) => logged.push(record) }
  const watch = createWatch(api.stack.config, log)
  const before = Date.now()
  await watch.look()
  await watch.close()
  expect(logged).toMatchObject([
    { file: join(folder(), 'watch.json') },
    { file: join(folder(), 'silences.json') },
  ])
  expect(readState(folder(), 0).since).toBeGreaterThanOrEqual(before)
})
