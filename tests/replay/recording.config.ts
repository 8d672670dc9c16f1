/** Runs `record-histories.ts` alone, with the servers of the tests. */
import { defineConfig } from 'vitest/config'
import { integration } from '../../vitest.config.ts'

export default defineConfig({
  test: { ...integration, include: ['tests/replay/record-histories.ts'], sequence: { shuffle: false } },
})
