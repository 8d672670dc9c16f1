/** `almanac run <pipeline> --dry-run`: reports what the run then does, and leaves no row and no file. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startRun } from '../../client/runs.ts'
import type { RunCounts, RunEnding } from '../../core/run-outcome.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { sectionsOfWays } from '../replay/way.ts'
import { command } from '../support/command.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { everythingStored } from '../support/everything-stored.ts'
import { withoutBubblewrap } from '../support/library-context/library-stack.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'

let stack: TestStack
let worker: RunningWorker
const temporary = mkdtempSync(join(tmpdir(), 'almanac-dry-test-'))

beforeAll(async () => {
  vi.stubEnv('TMPDIR', temporary)
  stack = await startTestStack({
    schedules: false,
    simulator: { rateLimits: false },
    sections: {
      ...(await sectionsOfWays()),
      'crypto-forecast': { history_days: 60, coins: [{ id: 'bitcoin', code: 'BTC' }] },
      'library-context': {
        domains: {
          named: {
            description: 'Two by name',
            source: { list: ['sim-astro/SkyMap', 'sim-finance/quant-lab'] },
          },
        },
      },
    },
  })
  worker = await stack.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true })
})
beforeEach(() => {
  stack.simulator.faults.clear()
})

const dryRun = async (id: string, ...args: string[]) => {
  const { code, stdout, stderr } = await command(['run', id, '--dry-run', '--json', ...args], stack.env)
  return { code, stderr, ending: JSON.parse(stdout) as RunEnding }
}

/** Temporary folders of this file's dry runs; other test files make their own elsewhere. */
const dryFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('almanac-dry-run-'))

/** Numbers by source; of reasons, how many. */
const numbersOf = (counts: RunCounts) =>
  Object.fromEntries(
    Object.entries(counts).map(([source, { outcome, fetched, written, rejected, why }]) => [
      source,
      { outcome, fetched, written, rejected, why: why.length },
    ]),
  )

/** Sources whose numbers are others in the real run: its dry run stops before them, or they move between two polls. */
const DIFFERENT: Partial<Record<Pipeline['id'], string[]>> = {
  'library-context': ['ascl', 'contexts', 'files'],
  'match-results': ['feed', 'results', 'matches', 'file'],
}

describe.each(PIPELINES.map((pipeline) => ({ id: pipeline.id, pipeline })))(
  'a dry run of $id',
  ({ id, pipeline }) => {
    it('a dry run of $id counts what the real run then counts, and changes neither a table nor a file', async () => {
      const empty = await everythingStored(stack)
      const first = await dryRun(id)
      expect(first, first.stderr).toMatchObject({ code: 0, ending: { outcome: 'complete' } })
      expect(await everythingStored(stack)).toEqual(empty)
      const ran = await endingOf(await startRun(stack.client, pipeline, 'manual'))
      const compared = (counts: RunCounts) =>
        Object.fromEntries(
          Object.entries(numbersOf(counts)).filter(
            ([source]) => source in first.ending.counts && DIFFERENT[id]?.includes(source) !== true,
          ),
        )
      expect(compared(first.ending.counts)).toEqual(compared(ran.counts as unknown as RunCounts))
      expect(Object.values(first.ending.counts).some(({ written }) => written > 0)).toBe(true)
      const stored = await everythingStored(stack)
      expect(stored).not.toEqual(empty)
      expect((await dryRun(id)).code).toBe(0)
      expect(await everythingStored(stack)).toEqual(stored)
      expect(dryFolders()).toEqual([])
    })
  },
)

describe('the exit code of a dry run', () => {
  it('a dry run exits like a run: with 1 if no source responds, with --strict if one does not', async () => {
    stack.simulator.faults.set('modrinth', { kind: 'status', status: 503 })
    const partial = await dryRun('mod-stats')
    expect(partial).toMatchObject({
      code: 0,
      ending: { outcome: 'partial', counts: { modrinth: { outcome: 'failed' } } },
    })
    expect((await dryRun('mod-stats', '--strict')).code).toBe(1)
    stack.simulator.faults.set('onexbet', { kind: 'status', status: 503 })
    expect(await dryRun('match-results')).toMatchObject({ code: 1, ending: { outcome: 'failed' } })
  })

  it('a dry run that fails prints the table of its sources', async () => {
    const { code, stdout, stderr } = await command(['run', 'mod-stats', '--dry-run'], stack.env)
    expect(code).toBe(0)
    expect(stderr).toBe('modrinth …\ncurseforge …\nmodpacks …\n')
    expect(stdout).toMatch(/^dry run: nothing was started or written\ncomplete after /)
    expect(stdout).toMatch(/^modrinth +complete +\d+ +\d+ +0/m)
  })
})
