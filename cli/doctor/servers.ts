/** The two servers of a stack: there, new enough, and made ready for Almanac. */
import { isGrpcServiceError, ServiceError, type Client } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { ALMANAC } from '../../core/command-name.ts'
import type { Config } from '../../config/load-config.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { type Database } from '../../db/database.ts'
import { migrationState } from '../../db/migrate.ts'
import { connectDatabase, connectTemporal, temporalAddress } from '../../client/connection.ts'
import { scheduleStates } from '../../client/schedules.ts'
import { missingSearchAttributes } from '../../client/search-attributes.ts'
import { TASK_QUEUE } from '../../client/task-queue.ts'
import { bad, ok, warn, type Check } from './check.ts'

/** `server_version_num` of PostgreSQL 15. */
const OLDEST_POSTGRES = 150_000
/** gRPC: `NOT_FOUND`. */
const NOT_FOUND = 5

export async function checkDatabase(config: Config): Promise<Check[]> {
  const own = config.env.DATABASE_URL !== undefined
  const remedy = own ? 'start PostgreSQL or correct DATABASE_URL' : startCommand(config)
  try {
    const database = connectDatabase(config)
    try {
      return [await checkPostgresVersion(database.db), await checkMigrations(config, database.db)]
    } finally {
      await database.close()
    }
  } catch (error) {
    const failure = databaseFailure(error)
    if (failure === undefined && !(error instanceof CannotReach)) throw error
    const found = failure?.message.split('. ')[0] ?? 'never started'
    return [bad('database', found, remedy)]
  }
}

async function checkPostgresVersion(db: Database): Promise<Check> {
  const { rows } = await db.execute<{ version: string; number: number }>(
    sql`select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  )
  const { version, number } = rows[0] ?? { version: 'unknown', number: 0 }
  return number >= OLDEST_POSTGRES
    ? ok('database', `PostgreSQL ${version}`)
    : bad('database', `PostgreSQL ${version}, older than 15`, 'use PostgreSQL 15 or newer')
}

async function checkMigrations(config: Config, db: Database): Promise<Check> {
  const { applied, known } = await migrationState(db)
  const found = `${applied} of ${known} migrations`
  if (applied === known) return ok('tables', found)
  return applied < known
    ? bad('tables', found, `run "${command(config, 'db migrate')}"`)
    : bad('tables', `${found}: written by a newer version`, 'start that newer version')
}

export async function checkTemporal(config: Config): Promise<Check[]> {
  let client: Client
  try {
    client = await connectTemporal(config)
  } catch (error) {
    if (!(error instanceof CannotReach)) throw error
    const remedy =
      config.env.TEMPORAL_ADDRESS === undefined
        ? startCommand(config)
        : 'start that server or correct TEMPORAL_ADDRESS'
    return [bad('Temporal', `no answer at ${temporalAddress(config)}`, remedy)]
  }
  try {
    return await examineServer(config, client)
  } catch (error) {
    const refused = error instanceof ServiceError ? error.cause : error
    if (!isGrpcServiceError(refused)) throw error
    const remedy = 'check TEMPORAL_NAMESPACE and TEMPORAL_API_KEY and the permissions of the key'
    return [bad('Temporal', `${temporalAddress(config)} answers, but refused: ${refused.details}`, remedy)]
  } finally {
    await client.connection.close()
  }
}

async function examineServer(config: Config, client: Client): Promise<Check[]> {
  const { serverVersion } = await client.workflowService.getSystemInfo({})
  const reached = ok('Temporal', `server ${serverVersion} at ${temporalAddress(config)}`)
  const namespace = await checkNamespace(client)
  if (namespace.state === 'bad') return [reached, namespace]
  return [
    reached,
    namespace,
    await checkSearchAttributes(config, client),
    await checkSchedules(config, client),
    await checkWorkers(config, client),
  ]
}

async function checkNamespace(client: Client): Promise<Check> {
  const { namespace } = client.options
  try {
    await client.workflowService.describeNamespace({ namespace })
    return ok('namespace', namespace)
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined
    if (code !== NOT_FOUND) throw error
    const remedy = `make it with "temporal operator namespace create -n ${namespace} --retention 7d", or correct TEMPORAL_NAMESPACE`
    return bad('namespace', `there is no "${namespace}" on this server`, remedy)
  }
}

async function checkSearchAttributes(config: Config, client: Client): Promise<Check> {
  const missing = await missingSearchAttributes(client)
  return missing.length === 0
    ? ok('search attributes', 'registered')
    : bad(
        'search attributes',
        `${missing.join(' and ')} missing`,
        `run "${command(config, 'schedules apply')}"`,
      )
}

async function checkSchedules(config: Config, client: Client): Promise<Check> {
  const states = await scheduleStates(client)
  const found = states.map(({ id, state }) => `${id} ${state}`).join(', ')
  return states.some(({ state }) => state === 'missing')
    ? bad('schedules', found, `run "${command(config, 'schedules apply')}"`)
    : ok('schedules', found)
}

/** A worker may be down on purpose; runs wait for it, so this is a warning. */
async function checkWorkers(config: Config, client: Client): Promise<Check> {
  // Left out, the kind of queue is the workflows' one.
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUE },
  })
  const names = pollers.map(({ identity }) => identity ?? '')
  if (names.length > 0) return ok('worker', names.join(', '))
  return warn(
    'worker',
    'no worker polled in the last minutes',
    `start one: "${command(config, 'worker')}" or ${startCommand(config)}`,
  )
}

function startCommand(config: Config): string {
  return config.mode === 'demo' ? '"npm run demo" starts it' : '"npm start" starts it'
}

function command(config: Config, words: string): string {
  return `${ALMANAC} ${words}${config.mode === 'demo' ? ' --demo' : ''}`
}
