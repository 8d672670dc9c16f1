/** The collector's options: wrong usage and its exit code, before anything starts. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../../../cli/main.ts'
import { exitCodeFor } from '../../../../../cli/match-results/collector/collect.ts'
import { RUN_OUTCOMES } from '../../../../../core/run-outcome.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

let said: string
beforeEach(() => {
  said = ''
  const write = (text: string | Uint8Array) => {
    said += String(text)
    return true
  }
  vi.spyOn(process.stderr, 'write').mockImplementation(write)
  vi.spyOn(process.stdout, 'write').mockImplementation(write)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('almanac collector', () => {
  it.each([
    [['--daemon', '--interval', '0'], 'from 1 to'],
    [['--daemon', '--interval', '1.5'], 'expected a whole number'],
    [['--daemon', '--interval', 'five'], 'expected a whole number'],
    [['--daemon', '--interval', '-1'], 'expected a whole number'],
    [['--daemon', '--interval', '99999999'], 'from 1 to'],
    [['--interval', '5'], '--interval needs --daemon'],
    [['--test-bd'], '--test-db'],
    [['surplus'], 'too many arguments'],
    [['--log-file', '/dev/null/x.log'], '--log-file'],
  ])('collector refuses %j as wrong usage', async (args, sentence) => {
    expect(await main(['collector', ...args])).toBe(2)
    expect(said).toContain(sentence)
    expect(said).not.toContain('COLLECTOR-SERVICE')
  })

  it('collector has every documented option in its help', async () => {
    expect(await main(['collector', '--help'])).toBe(0)
    for (const option of ['--daemon', '--interval', '--log-file', '--test-db', '-v, --verbose', '--demo'])
      expect(said).toContain(option)
  })

  it('collector has a cron line in its help that works before its folder exists', async () => {
    await main(['collector', '--help'])
    const [, line = ''] = /\* \* \* \* (cd .*)$/m.exec(said) ?? []
    const folder = mkdtempSync(join(tmpdir(), 'almanac-cron-'))
    try {
      const command = line
        .replace('/path/to/almanac', folder)
        .replace('./almanac collector', 'echo collected')
      expect(spawnSync('sh', ['-c', command]).status).toBe(0)
      expect(readFileSync(join(folder, 'logs', 'cron_collector.log'), 'utf8')).toBe('collected\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each(RUN_OUTCOMES)('collector ends a single collection that was %s with its exit code', (outcome) => {
    expect(exitCodeFor(outcome)).toBe(['complete', 'partial', 'skipped'].includes(outcome) ? 0 : 1)
  })
})

describe('almanac service install', () => {
  it.each([
    [['webserver'], 'There is no service "webserver"'],
    [['--interval', '5'], '--interval belongs to the collector'],
    [['collector', '--interval', '0'], 'from 1 to'],
  ])('service install refuses %j as wrong usage', async (args, sentence) => {
    expect(await main(['service', 'install', ...args])).toBe(2)
    expect(said).toContain(sentence)
  })
})

it('almanac up --only refuses a pipeline that is not registered, and names those that are', async () => {
  expect(await main(['up', '--only', 'match-results,nothing'])).toBe(2)
  expect(said).toMatch(/There is no pipeline "nothing"; there are: .*match-results/)
})

it.each(['matches', 'runs'])('almanac %s refuses a limit of zero', async (command) => {
  expect(await main([command, '--limit', '0'])).toBe(2)
  expect(said).toContain('1 or more')
})
