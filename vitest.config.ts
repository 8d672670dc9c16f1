import { defineConfig } from 'vitest/config'

/** Real servers on a busy machine: a hang is told by this, never a slow start. The longest test takes two minutes there. */
const HANG_MS = 600_000

export default defineConfig({
  test: {
    globalSetup: 'tests/support/global-setup.ts',
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    // Two cores; every integration test brings a Temporal server of its own.
    maxWorkers: 2,
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    expect: { poll: { timeout: HANG_MS } },
    sequence: { shuffle: { tests: true } },
  },
})
