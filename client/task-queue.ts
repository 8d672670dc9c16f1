/** The one Temporal task queue for everything that needs no particular host. */
export const TASK_QUEUE = 'almanac'
