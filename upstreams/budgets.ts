/** What upstreams said of their limits to the clients of this process, for those who show it. */
import type { Heard, UpstreamBudget } from '../core/upstream-budget.ts'

type Told = Pick<UpstreamBudget, 'client' | 'quota'> & { heard: () => Heard | undefined }

const CLIENTS = new Map<string, Told>()

/** Adds a limit of a client; a newer client of the same name replaces it. */
export function addBudget(told: Told): void {
  CLIENTS.set(`${told.client} ${told.quota}`, told)
}

/** Returns what was heard; a limit that no answer told of yet is left out. */
export const heardBudgets = (): UpstreamBudget[] =>
  [...CLIENTS.values()].flatMap(({ client, quota, heard }) => {
    const found = heard()
    return found === undefined ? [] : [{ client, quota, ...found }]
  })
