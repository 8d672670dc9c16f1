/** The search attributes of runs, and their registration on a server that is not ours. */
import type { Client } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { setTimeout as sleep } from 'node:timers/promises'

/** Pipeline of a run; only runs carry it, so a query by it lists runs. */
export const PIPELINE = defineSearchAttributeKey('Pipeline', 'KEYWORD')

/** `IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2
/** A server takes up to ten seconds or so until a new attribute can be used. */
const VISIBLE_AFTER_MS = 20_000
const ASK_EVERY_MS = 500

/** Registers `Pipeline` and `Outcome` if they are missing, and waits until the server knows them. */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const names = await missingSearchAttributes(client)
  if (names.length === 0) return
  await client.connection.operatorService.addSearchAttributes({
    namespace: client.options.namespace,
    searchAttributes: Object.fromEntries(names.map((name) => [name, KEYWORD])),
  })
  const deadline = Date.now() + VISIBLE_AFTER_MS
  while ((await missingSearchAttributes(client)).length > 0 && Date.now() < deadline)
    await sleep(ASK_EVERY_MS)
}

/** Which of our search attributes the server does not know in this namespace. */
export async function missingSearchAttributes(client: Client): Promise<string[]> {
  const { namespace } = client.options
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace })
  return ['Pipeline', 'Outcome'].filter((name) => !(name in customAttributes))
}
