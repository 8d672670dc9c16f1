/** Types of heap.mjs, which says what they mean. */
export function keepHeapSmall(): void
