/**
 * Milliseconds for unit tests that compute for a second, or start a program:
 * `vi.setConfig({ testTimeout: LONG_UNIT_MS })`. What all others get stands in vitest.config.ts.
 */
export const LONG_UNIT_MS = 60_000
