/**
 * Milliseconds for unit tests that start real programs (git, a shell, node) or compute for a second:
 * `vi.setConfig({ testTimeout: LONG_UNIT_MS })`. What all others get stands in vitest.config.ts.
 */
export const LONG_UNIT_MS = 60_000
