import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { databaseHint } from '../../../client/connection.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { takeStackLock } from '../../../local/stack-lock.ts'

it('a live command says that the demo is running, and a command of the demo does not', async () => {
  const state = mkdtempSync(join(tmpdir(), 'almanac-hint-'))
  const env = { ALMANAC_STATE_DIR: state }
  const hint = () => databaseHint(loadConfig({ env }))
  expect(hint()).toBe('start the stack with "npm start" or set DATABASE_URL')
  const release = await takeStackLock(join(state, 'demo'), 'a test')
  try {
    expect(hint()).toContain('the demo is running: add --demo')
    expect(databaseHint(loadConfig({ env, demo: true }))).not.toContain('--demo')
  } finally {
    release()
    rmSync(state, { recursive: true })
  }
})
