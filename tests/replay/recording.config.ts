/** Runs `record-histories.ts` alone, with the servers of the tests. */
import { defineConfig } from 'vitest/config'
import tests from '../../vitest.config.ts'

export default defineConfig({
  test: { ...tests.test, include: ['tests/replay/record-histories.ts'], sequence: { shuffle: false } },
})
