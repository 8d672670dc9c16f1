import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { databaseHint, temporalHint } from '../../../client/connection.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { takeStackLock } from '../../../local/stack-lock.ts'

it('a live command says that the demo is running, and a command of the demo does not', async () => {
  const state = mkdtempSync(join(tmpdir(), 'almanac-hint-'))
  const env = { ALMANAC_STATE_DIR: state }
  const hint = () => databaseHint(loadConfig({ env }))
  expect(hint()).toBe('start the stack with "npm start"')
  const release = await takeStackLock(join(state, 'demo'), 'a test')
  try {
    expect(hint()).toContain('the demo is running: add --demo')
    expect(databaseHint(loadConfig({ env, demo: true }))).not.toContain('--demo')
  } finally {
    release()
    rmSync(state, { recursive: true })
  }
})

it('of an embedded server that ran, the log is named', () => {
  const state = mkdtempSync(join(tmpdir(), 'almanac-hint-'))
  const config = loadConfig({ env: { ALMANAC_STATE_DIR: state } })
  try {
    for (const name of ['postgres.log', 'temporal.log']) writeFileSync(join(state, name), '')
    expect(databaseHint(config)).toBe(`start the stack with "npm start"; its log is ${state}/postgres.log`)
    expect(temporalHint(config)).toBe(`start the stack with "npm start"; its log is ${state}/temporal.log`)
  } finally {
    rmSync(state, { recursive: true })
  }
})
