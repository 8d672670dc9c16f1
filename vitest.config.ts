import { readFileSync, statfsSync } from 'node:fs'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** These find a hang, never a slow machine: each is many times what the slowest test of its kind takes alone. */
const UNIT_MS = 5_000
/** Programs of the machine: git, python, a shell. */
const PROGRAMS_MS = 60_000
/** The time-skipping server; histories that replay. */
const WORKFLOWS_MS = 60_000
/** Real servers that start, die and come back. */
const INTEGRATION_MS = 300_000

/**
 * Where tests keep clusters, clones and state folders, none of which need to wait for a disk: in memory, if this machine
 * has such a folder with room, from which programs may be started. Whoever sets TMPDIR chooses otherwise.
 */
const MEMORY = '/dev/shm'
/** Four files at once hold half a GB at most. In a container the folder has 64 MB unless it was started otherwise. */
const ROOM_BYTES = 4 * 2 ** 30
if (process.env.TMPDIR === undefined && isUsable(MEMORY)) process.env.TMPDIR = MEMORY

function isUsable(folder: string): boolean {
  if (process.platform !== 'linux') return false
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const options = mounts.map((line) => line.split(' ')).find(([, place]) => place === folder)?.[3]
  if (options === undefined || options.split(',').includes('noexec')) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= ROOM_BYTES
}

const bound = (ms: number) => ({ testTimeout: ms, hookTimeout: ms, expect: { poll: { timeout: ms } } })

/**
 * Processes, not threads: free ports differ by the process' id, and some tests set its environment. Each process
 * runs many files, since loading the modules takes longer than most tests: no file may use `vi.mock`, which does not
 * replace what another file has loaded, and each puts back what it changed.
 */
const everywhere = {
  pool: 'forks',
  isolate: false,
  sequence: { shuffle: { tests: true } },
  // MB. Most of what a test makes is garbage when it ends: with more room for what is young a seventh less is computed.
  execArgv: ['--max-semi-space-size=64'],
} satisfies TestProjectInlineConfiguration['test']

/** What tests with servers of their own get. */
export const integration = {
  globalSetup: 'tests/support/global-setup.ts',
  ...everywhere,
  ...bound(INTEGRATION_MS),
}

export default defineConfig({
  test: {
    // For two cores: while one file waits for a server, a retry or a poll, another computes.
    maxWorkers: 4,
    // Compiled modules are kept in node_modules: one process compiles for all workers, which wait for it.
    experimental: { fsModuleCache: true },
    // `npm test` leaves them out; whoever names a file runs all of it.
    tags: [
      {
        name: 'long',
        description:
          'Programs that are started, killed and waited for, what computes for long, variants of a run: of `npm run soak`, and a part in the gate.',
      },
    ],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          ...everywhere,
          // They compute and wait for little: more than one process a core loads the same modules again. Vitest wants another
          // number of processes in a group of its own, whose turn comes after the first.
          maxWorkers: 2,
          sequence: { ...everywhere.sequence, groupOrder: 1 },
          ...bound(UNIT_MS),
        },
      },
      {
        test: {
          name: 'programs',
          include: ['tests/programs/**/*.test.ts'],
          ...everywhere,
          ...bound(PROGRAMS_MS),
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['tests/workflows/**/*.test.ts', 'tests/replay/**/*.test.ts'],
          ...everywhere,
          ...bound(WORKFLOWS_MS),
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          ...integration,
        },
      },
    ],
  },
})
