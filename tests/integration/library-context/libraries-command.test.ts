/**
 * `almanac libraries`, `run library-context` and its dry run: their output matches the stored rows, and a dry run
 * stores nothing. Each test begins after the same first night.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LibrariesStatus } from '../../../client/library-context/status.ts'
import type { RunView } from '../../../client/run-view.ts'
import { freePort } from '../../../local/taken-port.ts'
import type { LibraryNight, ListChange } from '../../../core/library-context/night-event.ts'
import type { SimulatedLibrary } from '../../../simulator/library-context/libraries.ts'
import type { RenderedEnding } from '../../../wording/run.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { command, startCommand, type CommandResult } from '../../support/command.ts'
import { everythingStored } from '../../support/everything-stored.ts'
import {
  startLibraryStack,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import type { TestStack } from '../../support/stack.ts'
import { toolsDir } from '../../support/tools-dir.ts'

const SKY_MAP = 'sim-astro/SkyMap'
const LENSING = 'sim-cosmo/cmb-lensing'
const QUANT_LAB = 'sim-finance/quant-lab'
/** A repository with only a title: no text of it passes the gate. */
const TITLE = 'sim-astro/astro-title'

interface RanNight extends RenderedEnding {
  workflowId: string
  night: LibraryNight
}

let library: LibraryStack
let stack: TestStack
let worker: RunningWorker
/** The first night, as its command printed it. */
let first: RanNight
let backToFirst: () => Promise<void>
/** What a test pushes to. */
let skyMap: SimulatedLibrary
beforeAll(async () => {
  library = await startLibraryStack({
    libraryContext: {
      domains: {
        // Of these, SkyMap and the planck-maps are in the list: cmb-lensing has its stars from the tests.
        astronomy: { description: 'For astronomers', keywords: ['skymap', 'cmb', 'planck'], top: 2 },
        named: { description: 'Two by name', source: { list: [QUANT_LAB, TITLE] } },
      },
    },
  })
  stack = library.stack
  // Contexts by the static reader only: these tests do not depend on the engine, which the commands do not find either.
  const tools = join(stack.config.stateDir, 'tools')
  rmSync(tools)
  mkdirSync(tools)
  symlinkSync(join(toolsDir, 'temporal'), join(tools, 'temporal'))
  worker = await library.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
  const found = stack.simulator.world.libraries.byName(SKY_MAP)
  if (found === undefined) throw new Error(`the world has ${SKY_MAP}`)
  skyMap = found.library
  startingWorld()
  first = await json<RanNight>('run', 'library-context', '--wait')
  backToFirst = await library.keep()
})
afterAll(async () => {
  await worker.stop()
  await library.stop()
})
beforeEach(async () => {
  startingWorld()
  await backToFirst()
})

function startingWorld(): void {
  const { libraries } = stack.simulator.world
  libraries.change(SKY_MAP, { stars: 3_650, pushes: skyMap.pushes, pushedAt: skyMap.pushedAt })
  libraries.change(LENSING, { stars: 100 })
  libraries.change(QUANT_LAB, { state: 'present' })
}

const almanac = (...args: string[]): Promise<CommandResult> => command(args, stack.env)

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout } = await almanac(...args, '--json')
  expect(code).toBe(0)
  return JSON.parse(stdout) as Answer
}
interface DryNight extends RenderedEnding {
  lists: ListChange[]
  contexts: { library: string; why: string }[]
}
const dryRun = (...args: string[]) => json<DryNight>('run', 'library-context', '--dry-run', ...args)

/** Moves the rows of a night into the past, so that the next list is a new one. */
async function aDayPasses(): Promise<void> {
  await stack.database.db.execute(sql`update library_snapshots set date = date - 1`)
  await stack.database.db.execute(
    sql`update library_attempts set next_try_at = next_try_at - interval '1 day', run_id = 'before'`,
  )
}

describe('a dry run', () => {
  it('a dry run predicts the first night exactly, and neither stores nor clones anything', async () => {
    const attempts = await stack.database.select<{ name: string; why: string }>(
      sql`select name, why from library_attempts join libraries using (library) order by name collate "C"`,
    )
    await library.reset()
    const before = await everythingStored(stack)
    const plan = await dryRun()
    expect(await everythingStored(stack)).toEqual(before)
    expect(stack.simulator.requests.count({ upstream: 'git' })).toBe(0)
    expect(Object.values(plan.counts).flatMap(({ why }) => why)).toEqual([])
    expect(plan.counts['changes']).toMatchObject({ outcome: 'complete', fetched: 4, written: 4 })
    expect(plan.lists.map(({ domain, size, entered }) => [domain, size, entered.length])).toEqual([
      ['astronomy', 2, 2],
      ['named', 2, 2],
    ])
    // Best places first: the first of each list, then the second of each.
    expect(
      plan.contexts
        .slice(0, 2)
        .map(({ library }) => library)
        .toSorted(),
    ).toEqual([SKY_MAP, QUANT_LAB])
    expect(plan.contexts.every(({ why }) => why === 'new')).toBe(true)
    const planned = plan.contexts.map(({ library, why }) => ({ name: library, why }))
    expect(attempts).toEqual(planned.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  })

  it('a dry run reports changes since the last night, and requests the newest commits without a clone', async () => {
    await aDayPasses()
    const { libraries } = stack.simulator.world
    libraries.push(SKY_MAP)
    libraries.change(LENSING, { stars: 3_000 })
    libraries.change(QUANT_LAB, { state: 'deleted' })
    stack.simulator.requests.clear()
    const before = await everythingStored(stack)
    const { lists, contexts, counts } = await dryRun()
    expect(await everythingStored(stack)).toEqual(before)
    expect(lists).toMatchObject([
      {
        domain: 'astronomy',
        entered: [LENSING],
        left: ['sim-cosmo/planck-maps'],
        moved: [],
      },
      { domain: 'named', entered: [], left: [QUANT_LAB], moved: [{ library: TITLE, from: 2, to: 1 }] },
    ])
    expect(contexts.toSorted((a, b) => (a.library < b.library ? -1 : 1))).toEqual([
      { library: SKY_MAP, why: 'changed' },
      { library: TITLE, why: 'failed before' },
      { library: LENSING, why: 'new' },
    ])
    expect(counts['changes']).toMatchObject({ outcome: 'complete', fetched: 3, written: 3 })
    // A commit needs two requests; a clone would also request objects.
    const asked = stack.simulator.requests.list().filter(({ upstream }) => upstream === 'git')
    expect(
      new Set(
        asked.map(({ path }) =>
          path
            .split('/')
            .slice(1, 3)
            .join('/')
            .replace(/\.git$/, ''),
        ),
      ),
    ).toEqual(new Set([SKY_MAP]))
    expect(asked.every(({ bytes }) => bytes < 2_000)).toBe(true)
  })

  it('a dry run says in words what would be done', async () => {
    const { code, stdout, stderr } = await almanac('run', 'library-context', '--dry-run')
    expect(code).toBe(0)
    expect(stderr).toBe('ascl …\nlists …\nstars …\nchanges …\n')
    expect(stdout).toContain('nothing was started or written')
    expect(stdout).toMatch(/^changes +complete +4 +0 +0/m)
    expect(stdout).toMatch(/^astronomy: 2 libraries in the list of \d{4}-\d\d-\d\d$/m)
    expect(stdout).toContain('no context would be made')
    const forced = await almanac('run', 'library-context', '--dry-run', '--force', '--domain', 'named')
    expect(forced.stdout).toMatch(/^2 contexts would be made$/m)
    expect(forced.stdout).toMatch(/^sim-finance\/quant-lab +forced$/m)
    const one = await dryRun('--library', 'Sim-Astro/skymap')
    expect(one).toMatchObject({ lists: [], contexts: [] })
    expect(Object.keys(one.counts)).toEqual(['changes'])
    expect(one.counts['changes']).toMatchObject({ outcome: 'complete', fetched: 1, written: 0 })
  })

  it('a dry run uses stored data if a source is away, and says so', async () => {
    stack.simulator.faults.set('ascl', { kind: 'status', status: 503 })
    stack.simulator.faults.set('github', { kind: 'status', status: 503 })
    stack.simulator.faults.set('git', { kind: 'status', status: 503 })
    const { outcome, counts, contexts } = await dryRun()
    expect(outcome).toBe('partial')
    expect(counts).toMatchObject({
      ascl: { outcome: 'failed', why: [expect.stringMatching(/^UpstreamUnavailable: /)] },
      stars: { outcome: 'failed', why: [expect.stringMatching(/^UpstreamUnavailable: /)] },
      // One of the four waits after a failure and is not requested.
      changes: { outcome: 'partial', fetched: 4, written: 0 },
    })
    expect(counts['changes']?.why).toHaveLength(3)
    expect(contexts).toEqual([])
    const strict = await almanac('run', 'library-context', '--dry-run', '--strict')
    expect(strict.code).toBe(1)
    expect(strict.stdout).toMatch(/UpstreamUnavailable: /)
  })

  it('a dry run recognises a renamed library', async () => {
    await aDayPasses()
    const { libraries } = stack.simulator.world
    libraries.change(SKY_MAP, { name: 'SkyCharts' })
    try {
      const { lists, contexts } = await dryRun('--domain', 'astronomy')
      expect(lists).toMatchObject([{ entered: [], left: [] }])
      expect(contexts).toEqual([])
    } finally {
      libraries.change('sim-astro/SkyCharts', { name: 'SkyMap' })
    }
  })

  it('a dry run of a library that no list holds fails as its run would', async () => {
    const { code, stdout } = await almanac(
      'run',
      'library-context',
      '--dry-run',
      '--library',
      'nobody/nothing',
    )
    expect(code).toBe(1)
    expect(stdout).toMatch(/No list holds nobody\/nothing/)
  })
})

describe('almanac libraries', () => {
  it('"libraries" says what to do before the first night', async () => {
    await library.reset()
    const { code, stdout, stderr } = await almanac('libraries')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      'no list of astronomy yet; "./almanac run library-context --wait" makes it',
      'no list of named yet; "./almanac run library-context --wait" makes it',
      '',
    ])
  })

  it('"libraries" shows each list with stars, contexts and failures; the files that it names exist', async () => {
    await aDayPasses()
    stack.simulator.world.libraries.change(LENSING, { stars: 3_000 })
    stack.simulator.world.libraries.change(SKY_MAP, { stars: 3_662 })
    await stack.database.db.execute(sql`update library_attempts set next_try_at = now() + interval '3 days'
      where library = ${TITLE}`)
    await library.night()
    const { stdout } = await almanac('libraries')
    expect(stdout).toMatch(/^1 +sim-astro\/SkyMap +3,662 \(\+12\) +static +[\d,]+ +today$/m)
    expect(stdout).toMatch(/^2 +sim-cosmo\/cmb-lensing +3,000 \(new\) +static +[\d,]+ +today$/m)
    expect(stdout).toMatch(/^2 +sim-astro\/astro-title +160 +- +title-only: .+; next try \d{4}-\d\d-\d\d$/m)
    expect(stdout).toMatch(
      /^1 context kept although their libraries left the lists: sim-cosmo\/planck-maps until \d{4}-\d\d-\d\d$/m,
    )
    const status = await json<LibrariesStatus>('libraries')
    expect(status.domains.every(({ file }) => existsSync(file))).toBe(true)
    const files = status.domains.flatMap(({ libraries }) =>
      libraries.flatMap(({ context }) => context?.file ?? []),
    )
    expect(files).toHaveLength(3)
    for (const file of files) expect(existsSync(join(status.contextFolder, file))).toBe(true)
    const title = status.domains[1]?.libraries[1]
    expect(title).toMatchObject({ library: TITLE, context: null, attempt: { outcome: 'title-only' } })
    expect(title?.attempt?.verdicts.map(({ engine, passed }) => [engine, passed])).toEqual([
      ['static', false],
    ])
  })

  it('"libraries" shows only libraries without a context, or one domain, on request', async () => {
    const missing = await almanac('libraries', '--missing-context')
    expect(missing.stdout).toContain('every library has a context')
    expect(missing.stdout).toContain('without a context: 1 library')
    expect(missing.stdout.match(/^\d+ +sim-\S+/gm)).toEqual([expect.stringContaining(TITLE)])
    const { domains } = await json<LibrariesStatus>('libraries', '--domain', 'astronomy')
    expect(domains.map(({ domain }) => domain)).toEqual(['astronomy'])
  })
})

describe('a night', () => {
  it('a night is summarised at its end, by "show", and in JSON as it is stored', async () => {
    expect(first.counts['contexts']).toMatchObject({ fetched: 4, written: 3, rejected: 1 })
    const [stored] = await stack.database.select<{ payload: LibraryNight }>(
      sql`select payload from run_events where type = 'library-night'`,
    )
    expect(first.night).toEqual(stored?.payload)
    expect(first.night.failed.map(({ name }) => name)).toEqual([TITLE])
    const view = await json<RunView & { night: LibraryNight }>('show', first.workflowId)
    expect(view.night).toEqual(first.night)
    expect(view.chains.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(
      [`${TITLE} failed`, `${SKY_MAP} done`, 'sim-cosmo/planck-maps done', `${QUANT_LAB} done`].toSorted(),
    )
    const { stdout } = await almanac('show', first.workflowId)
    expect(stdout).toMatch(/^child workflows: (3 made, 1 title-only|1 title-only, 3 made)$/m)
    expect(stdout).toMatch(/^astronomy: 2 libraries in the list of \d{4}-\d\d-\d\d; all new$/m)
    expect(stdout).toMatch(/^contexts made: 3 \(static 3\)$/m)
    expect(stdout).toMatch(/^ {2}sim-astro\/astro-title: .+ required/m)
    const child = await json<RunView & { night: LibraryNight }>('show', `${first.workflowId}/${SKY_MAP}`)
    expect(child.outcome).toBe('made')
    expect(child.steps.map(({ step }) => step)).toEqual([
      'claimHost',
      'cloneLibrary',
      'makeContext',
      'removeClone',
    ])
  })

  it('reports during a night which clone fails, why, and when it is retried', async () => {
    const match = `^/${QUANT_LAB}`
    stack.simulator.faults.set('git', { kind: 'status', status: 503, match })
    const again = ['run', 'library-context', '--wait', '--domain', 'named', '--force']
    const running = startCommand(again, stack.env)
    await running.said(
      /^sim-finance\/quant-lab cloneLibrary waiting after attempt \d+: UpstreamUnavailable: .+, next attempt at /m,
    )
    const runs = await json<{ workflowId: string }[]>('runs')
    const run = runs.find(({ workflowId }) => workflowId !== first.workflowId)
    const { stdout } = await almanac('show', run?.workflowId ?? '')
    expect(stdout).toMatch(/^child workflows: .*\d running/m)
    expect(stdout).toMatch(/^sim-finance\/quant-lab +cloneLibrary +(waiting|running) +\d/m)
    stack.simulator.faults.clear()
    const { code, stdout: output } = await running.ended
    expect(code).toBe(0)
    expect(output).toMatch(/^sim-finance\/quant-lab made$/m)
    expect(output).toMatch(/^sim-astro\/astro-title title-only: /m)
    expect(output).toMatch(/^contexts made: 1 \(static 1\)$/m)
  })
})

describe('wrong usage of libraries exits with 2 and one sentence', () => {
  const named = /There is no domain "mars" in almanac\.yaml; there are: astronomy, named\./
  it.each<[string, string[], RegExp]>([
    ['a domain that is not there', ['run', 'library-context', '--domain', 'mars'], named],
    ['the same of a dry run', ['run', 'library-context', '--dry-run', '--domain', 'mars'], named],
    ['the same of the lists', ['libraries', '--domain', 'mars'], named],
    [
      'a library that is none',
      ['run', 'library-context', '--library', 'SkyMap'],
      /^--library "SkyMap": expected owner\/name\.$/m,
    ],
    [
      'an option that the pipeline does not know',
      ['run', 'mod-stats', '--force', '--domain', 'mars'],
      /^--domain: mod-stats does not take it\.\n--force: mod-stats does not take it\.$/m,
    ],
  ])('libraries exits with 2 and one sentence: %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await almanac(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
  })
})

describe('without the database', () => {
  it.each([
    ['the lists', ['libraries']],
    ['a dry run', ['run', 'library-context', '--dry-run']],
  ])('%s exits with 3 without the database, before any request', async (_, args) => {
    const url = `postgresql://almanac:hidden@127.0.0.1:${await freePort()}/almanac`
    const { code, stderr } = await command(args, { ...stack.env, DATABASE_URL: url })
    expect(code).toBe(3)
    expect(stderr).toMatch(/The database said: .*ECONNREFUSED/)
    expect(stack.simulator.requests.list()).toEqual([])
  })
})
