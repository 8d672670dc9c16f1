/** Watches the database of a worker that may run without it: logs when it goes and comes, and migrates it when it comes. */
import { databaseUrl } from '../client/connection.ts'
import type { Config } from '../config/load-config.ts'
import { Failure, sentenceOf } from '../core/failures.ts'
import { isSameTrouble, type LogRecord } from '../core/log-records.ts'
import { troubleOf } from '../db/database-failure.ts'
import type { DatabaseHandle } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { probeDatabase } from '../db/probe.ts'
import type { Stack } from '../local/stack.ts'
import type { Logger } from './log.ts'
import { pause } from '../system/pause.ts'

/**
 * An address where nothing responds, for as long as the embedded server has not started: its own port may be held by
 * another program, whose responses would not read as "away". Port 1 of this machine refuses at once.
 */
export const NO_DATABASE = 'postgresql://almanac@127.0.0.1:1/almanac'

/** A database that comes is noticed within this time; one query in it costs a server nothing. */
const PROBE_EVERY_MS = 5_000

/** An embedded server that could not start waits for a person or for another program to end; each attempt takes 2 s. */
const START_EVERY_MS = 10_000

/** The part of the stack that knows the embedded server. */
export type EmbeddedServer = Pick<Stack, 'withoutDatabase' | 'startDatabase'>

export interface Watch {
  config: Config
  server: EmbeddedServer
  /** Gets the address of an embedded server that started late. */
  database: Pick<DatabaseHandle, 'connectTo'>
  log: Logger
}

/**
 * Checks once, which takes seconds at most, then polls until stopped. Throws `Misconfigured` if a database responds and
 * refuses us: waiting does not help.
 */
export async function watchDatabase(watch: Watch): Promise<{ stop(): Promise<void> }> {
  const { config, server, log } = watch
  let isStarted = server.withoutDatabase === undefined
  let trouble = isStarted ? await troubleWith(config, false) : server.withoutDatabase
  if (isStarted && trouble instanceof Failure && trouble.type === 'Misconfigured') throw trouble
  report(log, trouble)
  const check = async () => {
    if (!isStarted) {
      const failure = await startServer(watch)
      if (failure !== undefined) return failure
      isStarted = true
    }
    return troubleWith(config, trouble === undefined)
  }
  const stopping = new AbortController()
  const { signal } = stopping
  const loop = async () => {
    while (await pause(isStarted ? PROBE_EVERY_MS : START_EVERY_MS, signal)) {
      const found = await check()
      if (isNews(trouble, found)) report(log, found)
      trouble = found
    }
  }
  const ended = loop()
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** Why the embedded server could not start this time either, or undefined; the worker then connects to it. */
async function startServer({ config, server, database }: Watch): Promise<unknown> {
  try {
    await server.startDatabase()
    database.connectTo(databaseUrl(config))
    return undefined
  } catch (error) {
    return error
  }
}

/** Why the database cannot be used now, or undefined; one that has just come is migrated first. */
async function troubleWith(config: Config, wasThere: boolean): Promise<unknown> {
  try {
    const url = databaseUrl(config)
    await probeDatabase(url, (client) => client.query('select 1'))
    if (!wasThere) await migrateDatabase(url)
    return undefined
  } catch (error) {
    return error
  }
}

/** The same problem is reported once, however long it lasts. */
function isNews(before: unknown, now: unknown): boolean {
  if (before === undefined || now === undefined) return before !== now
  return !isSameTrouble(sentenceOf(before), sentenceOf(now))
}

function report(log: Logger, trouble: unknown): void {
  if (trouble === undefined) {
    log.info({ event: 'database.available' } satisfies LogRecord, 'the database is available')
    return
  }
  const record = { event: 'database.unavailable', ...troubleOf(trouble) } satisfies LogRecord
  log.warn(record, 'the database is unavailable; rows go to the spool')
}
