import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { METRICS_FILE, writeMetrics } from '../../../../activities/crypto-forecast/metrics-file.ts'
import { NOTHING, RUN_OUTCOMES, type RunEnding, type SourceOutcome } from '../../../../core/run-outcome.ts'
import { hasPromtool } from '../../../support/promtool.ts'

const RUN = {
  runId: 'r',
  workflowId: 'w',
  pipeline: 'crypto-forecast',
  trigger: 'manual' as const,
  startedAt: '2026-07-20T10:10:00.000Z',
}
const FIRST = new Date('2026-07-20T10:10:12.500Z')
const SECOND = new Date('2026-07-20T11:10:30.000Z')
const seconds = (at: Date) => String(Math.floor(at.getTime() / 1000))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-metrics-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
})

const counts = (outcomes: Record<string, SourceOutcome>) =>
  Object.fromEntries(
    Object.entries(outcomes).map(([part, outcome]) => [part, { ...NOTHING, outcome, written: 10 }]),
  )
const WHOLE = { binance: 'complete', prices: 'complete', checks: 'complete' } as const
const COMPLETE: RunEnding = { outcome: 'complete', counts: counts(WHOLE) }
const FAILED: RunEnding = { outcome: 'failed', counts: counts({ binance: 'failed' }) }
const text = () => readFileSync(join(folder, METRICS_FILE), 'utf8')
const write = (ending: RunEnding, now = FIRST) => {
  writeMetrics(folder, RUN, ending, now)
}
const values = () =>
  Object.fromEntries(
    text()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace('cryptobot_cron_last_', '').split(' ') as [string, string]),
  )

describe('the metrics file', () => {
  it('writes help, type and value of each number, and ends with a line feed', () => {
    write(COMPLETE)
    expect(text().split('\n').slice(0, 3)).toEqual([
      '# HELP cryptobot_cron_last_success_timestamp End of the last run after which the hourly prices of every coin were complete, Unix time in seconds.',
      '# TYPE cryptobot_cron_last_success_timestamp gauge',
      `cryptobot_cron_last_success_timestamp ${seconds(FIRST)}`,
    ])
    expect(text().endsWith('\n')).toBe(true)
    expect(values()).toEqual({
      success_timestamp: seconds(FIRST),
      run_status: '1',
      run_duration_seconds: '12.5',
      run_rows: '30',
    })
  })

  it('keeps the last success through a failure, and the last failure through a success', () => {
    write(COMPLETE, FIRST)
    write(FAILED, SECOND)
    expect(values()).toMatchObject({
      success_timestamp: seconds(FIRST),
      failure_timestamp: seconds(SECOND),
      run_status: '0',
    })
    const third = new Date(SECOND.getTime() + 3_600_000)
    write(COMPLETE, third)
    expect(values()).toMatchObject({
      success_timestamp: seconds(third),
      failure_timestamp: seconds(SECOND),
      run_status: '1',
    })
  })

  it.each<[RunEnding['outcome'], Record<string, SourceOutcome>, string]>([
    ['partial', { ...WHOLE, coingecko: 'failed' }, '1'],
    ['partial', { ...WHOLE, binance: 'failed', mlflow: 'partial' }, '1'],
    ['partial', { ...WHOLE, checks: 'partial' }, '0'],
    ['partial', { ...WHOLE, prices: 'failed' }, '0'],
    ['partial', { binance: 'failed' }, '0'],
    ['failed', { binance: 'failed' }, '0'],
    ['cancelled', WHOLE, '0'],
    ['interrupted', {}, '0'],
  ])('labels a %s run with %o as a %s', (outcome, outcomes, status) => {
    write({ outcome, counts: counts(outcomes) })
    expect(values()['run_status']).toBe(status)
  })

  it('a skipped run leaves the metrics file unchanged', () => {
    write({ outcome: 'skipped', counts: {} })
    expect(existsSync(join(folder, METRICS_FILE))).toBe(false)
    write(COMPLETE)
    const before = text()
    write({ outcome: 'skipped', counts: {} }, SECOND)
    expect(text()).toBe(before)
  })

  it('replaces another file in the place of the metrics file', () => {
    writeFileSync(
      join(folder, METRICS_FILE),
      'no metrics\ncryptobot_cron_last_failure_timestamp many\n\u0000',
    )
    write(COMPLETE)
    expect(values()).toEqual({
      success_timestamp: seconds(FIRST),
      run_status: '1',
      run_duration_seconds: '12.5',
      run_rows: '30',
    })
  })

  it('writing the metrics file leaves no other file behind', () => {
    write(COMPLETE)
    write(FAILED, SECOND)
    expect(readdirSync(folder)).toEqual([METRICS_FILE])
  })
})

describe.skipIf(!hasPromtool)(
  `promtool${hasPromtool ? '' : ' (skipped: it is not on PATH; Debian has it in the package prometheus)'}`,
  () => {
    it.each(RUN_OUTCOMES.filter((outcome) => outcome !== 'skipped'))(
      'promtool accepts the file of a %s run',
      (outcome) => {
        write(FAILED)
        write({ outcome, counts: counts(WHOLE) }, SECOND)
        const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text() })
        expect([status, `${String(stdout)}${String(stderr)}`]).toEqual([0, ''])
      },
    )
  },
)
