/** The folder next to the project that holds the recordings and documents the tests read. */
export const SHARED = new URL('../../../shared/', import.meta.url)
