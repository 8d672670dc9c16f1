import { EventEmitter } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { main } from '../../../cli/main.ts'
import { almanacCommand, nameCommandsOf } from '../../../core/command-name.ts'
import { pipelineById } from '../../../pipelines/index.ts'

afterEach(() => {
  nameCommandsOf('live')
})

it('a command that a message names is one of the demo while the demo works', () => {
  expect(almanacCommand('db migrate')).toBe('./almanac db migrate')
  nameCommandsOf('demo')
  expect(almanacCommand('db migrate')).toBe('./almanac db migrate --demo')
  expect(pipelineById('mod-stats')?.noBackfill?.().values?.['command']).toBe(
    './almanac import mod-stats --demo',
  )
})

it.each([
  [['--demo'], '"./almanac import mod-stats --demo"'],
  [[], '"./almanac import mod-stats"'],
])('a refusal with %j names a command of the same stack', async (options, expected) => {
  let said = ''
  const stream = { write: (text: string) => ((said += text), true) }
  const where = { env: {}, stdout: stream, stderr: stream, signals: new EventEmitter() }
  const code = await main(['backfill', 'mod-stats', ...options], where)
  expect([code, said]).toEqual([2, expect.stringContaining(expected)])
})
