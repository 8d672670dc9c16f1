/** Looks at the database of a collector for as long as it runs: tells when it is away, and makes its tables when it comes. */
import type { Config } from '../../config.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { Failure } from '../../failures.ts'
import type { Stack } from '../../local/stack.ts'
import { databaseUrl } from '../connection.ts'
import { pingDatabase } from './database-probe.ts'
import { sentenceOf, type CollectorLog } from './log-lines.ts'
import { pause } from './session.ts'

/** A database that comes is noticed within this time; one question in it is nothing to a server. */
const LOOK_EVERY_MS = 5_000

/** A server of ours that could not start waits for a person or for another program's end; each attempt takes 2 s. */
const START_EVERY_MS = 30_000

export interface DatabaseWatch {
  /** Resolves when the embedded server that could not start at first runs (true), or when the watch ends before (false). */
  started: Promise<boolean>
  stop(): Promise<void>
}

/**
 * Looks once, which takes seconds at most, and then goes on looking. Throws `Misconfigured` where a database answers and
 * refuses us: such an address helps nobody later either.
 */
export async function watchDatabase(
  config: Config,
  stack: Stack,
  news: CollectorLog,
): Promise<DatabaseWatch> {
  const { withoutDatabase } = stack
  let trouble = withoutDatabase ?? (await troubleWith(config, false))
  if (withoutDatabase === undefined && trouble instanceof Failure && trouble.type === 'Misconfigured')
    throw trouble
  tell(news, trouble)
  const stopping = new AbortController()
  let isStarted = withoutDatabase === undefined
  let started: (is: boolean) => void = () => undefined
  const startedPromise = new Promise<boolean>((resolve) => (started = resolve))
  const look = async () => {
    if (!isStarted) {
      try {
        await stack.startDatabase()
      } catch (error) {
        return error
      }
    }
    const found = await troubleWith(config, trouble === undefined)
    if (found === undefined && !isStarted) started((isStarted = true))
    return found
  }
  const watching = (async () => {
    while (await pause(isStarted ? LOOK_EVERY_MS : START_EVERY_MS, stopping.signal)) {
      const found = await look()
      if (isNews(trouble, found)) tell(news, found)
      trouble = found
    }
  })()
  return {
    started: startedPromise,
    async stop() {
      stopping.abort()
      await watching
      started(false)
    },
  }
}

/** Why the database cannot be used now, or undefined; one that just came gets its tables first. */
async function troubleWith(config: Config, wasThere: boolean): Promise<unknown> {
  try {
    const url = databaseUrl(config)
    await pingDatabase(url)
    if (!wasThere) await migrateDatabase(url)
    return undefined
  } catch (error) {
    return error
  }
}

/** The same trouble for hours is told once. */
function isNews(before: unknown, now: unknown): boolean {
  if (before === undefined || now === undefined) return before !== now
  return sentenceOf(before) !== sentenceOf(now)
}

function tell(news: CollectorLog, trouble: unknown): void {
  if (trouble === undefined) news.line('INFO', 'PostgreSQL est là')
  else
    news.line(
      'WARNING',
      `PostgreSQL n'est pas là, les lignes sont gardées sur disque jusqu'à son retour: ${sentenceOf(trouble)}`,
    )
}
