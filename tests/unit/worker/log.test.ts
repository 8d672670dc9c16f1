/** The worker's log: what it keeps from strangers, and who can read it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { hideSecrets } from '../../../core/secrets.ts'
import { openLog } from '../../../worker/log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-log-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

it('a line holds no control characters and no secrets, and the file is for its owner alone', async () => {
  hideSecrets(['key-that-came-back'])
  const file = join(folder, 'logs', 'almanac.log')
  const error = new Error('said "key-that-came-back" \u001b[2J')
  openLog('info', file).warn({ name: 'a\0b\u202ec', err: error }, 'read \u001b]52;c;eA==\u0007')
  await expect.poll(() => readFileSync(file, 'utf8')).toMatch(/\n$/)
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  expect(written).toMatchObject({
    name: 'a�b�c',
    msg: 'read �]52;c;eA==�',
    err: { message: 'said "[hidden]" �[2J' },
  })
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
})

it('a line that is printed is written into the file as well', () => {
  const printed: string[] = []
  const terminal = { write: (line: string) => printed.push(line) }
  const transport = vi.spyOn(pino, 'transport').mockReturnValue(terminal as never)
  try {
    const file = join(folder, 'almanac.log')
    openLog('info', file, true).info('both')
    openLog('info', file).info('the file alone')
    openLog('info').info('the terminal alone')
    const said = (lines: string[]) => lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(said(printed)).toEqual(['both', 'the terminal alone'])
    expect(said(readFileSync(file, 'utf8').trim().split('\n'))).toEqual(['both', 'the file alone'])
  } finally {
    transport.mockRestore()
  }
})
