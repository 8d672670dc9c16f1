import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: 'tests/support/global-setup.ts',
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    // Two cores; every integration test brings a Temporal server of its own.
    maxWorkers: 2,
    // Real servers on a busy machine: a hang is told by this, never a slow start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { shuffle: { tests: true } },
  },
})
