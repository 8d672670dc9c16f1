/** Looks at the database of a collector for as long as it runs: tells when it is away, and makes its tables when it comes. */
import type { Config } from '../../../config/load-config.ts'
import { migrateDatabase } from '../../../db/migrate.ts'
import { Failure, sentenceOf } from '../../../core/failures.ts'
import type { Stack } from '../../../local/stack.ts'
import { databaseUrl } from '../../../client/connection.ts'
import { pingDatabase } from './database-probe.ts'
import { pause } from './session.ts'

/** A database that comes is noticed within this time; one question in it is nothing to a server. */
const LOOK_EVERY_MS = 5_000

/** A server of ours that could not start waits for a person or for another program's end; each attempt takes 2 s. */
const START_EVERY_MS = 30_000

/** Hears when the database goes, why, and when it is there. */
export interface DatabaseNews {
  there(): void
  away(reason: string): void
}

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
  news: DatabaseNews,
): Promise<DatabaseWatch> {
  const { withoutDatabase } = stack
  const first = withoutDatabase ?? (await troubleWith(config, false))
  if (withoutDatabase === undefined && first instanceof Failure && first.type === 'Misconfigured') throw first
  tell(news, config, first)
  const stopping = new AbortController()
  let started: (is: boolean) => void = () => undefined
  const startedPromise = new Promise<boolean>((resolve) => (started = resolve))
  const watching = goOnLooking(first, {
    config,
    stack,
    news,
    isStarted: withoutDatabase === undefined,
    signal: stopping.signal,
    onStart: () => {
      started(true)
    },
  })
  return {
    started: startedPromise,
    async stop() {
      stopping.abort()
      await watching
      started(false)
    },
  }
}

interface Looking {
  config: Config
  stack: Stack
  news: DatabaseNews
  /** Whether the embedded server runs, or is somebody else's to start. */
  isStarted: boolean
  onStart: () => void
  signal: AbortSignal
}

/** Until the signal goes off; `trouble` is what the look before found. */
async function goOnLooking(trouble: unknown, looking: Looking): Promise<void> {
  const { config, stack, news, onStart, signal } = looking
  let { isStarted } = looking
  const look = async () => {
    if (!isStarted) {
      try {
        await stack.startDatabase()
      } catch (error) {
        return error
      }
    }
    const found = await troubleWith(config, trouble === undefined)
    if (found === undefined && !isStarted) {
      isStarted = true
      onStart()
    }
    return found
  }
  while (await pause(isStarted ? LOOK_EVERY_MS : START_EVERY_MS, signal)) {
    const found = await look()
    if (isNews(trouble, found)) tell(news, config, found)
    trouble = found
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

function tell(news: DatabaseNews, config: Config, trouble: unknown): void {
  if (trouble === undefined) news.there()
  else news.away(reasonOf(config, trouble))
}

/** The remedy for a server of one's own: the embedded one is started by us, and DATABASE_URL was never set. */
const OWN_REMEDY = /\s*Start PostgreSQL or correct DATABASE_URL\.$/

/** Why the database is away, without a remedy that is none here. */
function reasonOf({ env }: Config, trouble: unknown): string {
  const sentence = sentenceOf(trouble)
  return env.DATABASE_URL === undefined ? sentence.replace(OWN_REMEDY, '') : sentence
}
