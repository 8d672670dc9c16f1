/** `almanac collector --test-db`: whether the database responds, how fast, as whom, and whether we may work with it. */
import { performance } from 'node:perf_hooks'
import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import type { Config } from '../../../config/load-config.ts'
import { migrationState, type MigrationState } from '../../../db/migrate.ts'
import { databaseFailure } from '../../../db/database-failure.ts'
import { CannotReach } from '../../../client/cannot-reach.ts'
import { Failure } from '../../../core/failures.ts'
import { refuseTakenPort } from '../../../local/taken-port.ts'
import { databaseUrl } from '../../../client/connection.ts'
import { EXIT } from '../../exit.ts'
import { probeDatabase } from '../../../db/probe.ts'
import { becauseOf } from './french-words.ts'
import type { CollectorLog } from './log-lines.ts'

/** Number of queries whose median is the latency: one slow response must not decide. */
const LATENCY_QUESTIONS = 5

/** The oldest PostgreSQL that is supported, as `server_version_num` counts. */
const OLDEST_VERSION = 150_000

interface DatabaseStatus {
  version: string
  versionNumber: number
  database: string
  user: string
  isReadOnly: boolean
  mayCreateSchemas: boolean
  mayCreateTables: boolean
  /** Null if the table does not exist. */
  mayInsert: boolean | null
}

/** A collector needs no database: who reads that there is none should not take it for the end. */
const WORKS_ALL_THE_SAME =
  'Le collecteur fonctionne quand même: il garde les relevés sur disque et écrit data/matches.csv'

/**
 * Prints the result as log lines, without any secret. The exit code is 0 if a collection would have a database, which is
 * also so of an embedded one that it would start; else 1, also if the settings cannot be read.
 */
export async function testDatabase(configured: () => Config, log: CollectorLog): Promise<number> {
  log.line('INFO', 'Test de la connexion à la base de données...')
  try {
    const config = configured()
    return await testConfigured(config, databaseUrl(config), log)
  } catch (error) {
    if (error instanceof CannotReach) {
      log.line('INFO', "Pas encore de base de données: la première collecte crée celle d'Almanac")
      return EXIT.done
    }
    if (error instanceof Failure && error.type === 'Misconfigured') {
      log.line('ERROR', `La configuration ne peut pas être lue: ${error.message}`)
      return EXIT.runFailed
    }
    throw error
  }
}

async function testConfigured(config: Config, url: string, log: CollectorLog): Promise<number> {
  try {
    const { hostname, port } = new URL(url)
    const found = await probeDatabase(url, async (client) => ({
      status: await statusOf(client),
      latencyMs: await latencyOf(client),
      migrations: await migrationState(drizzle(client)),
    }))
    const { status } = found
    log.line('INFO', `PostgreSQL ${status.version} sur ${hostname}:${port === '' ? '5432' : port}`)
    log.line('INFO', `Base: ${status.database} - Utilisateur: ${status.user}`)
    log.line('INFO', `Latence: ${found.latencyMs.toFixed(1)} ms (médiane de ${LATENCY_QUESTIONS} "select 1")`)
    log.line('INFO', rightsLine(status))
    return verdict(status, found.migrations, log)
  } catch (error) {
    const isUnavailable = databaseFailure(error)?.type === 'DatabaseUnavailable'
    const isOurs = config.env.DATABASE_URL === undefined
    const obstacle =
      isUnavailable && isOurs ? await portTaken(config) : becauseOf(databaseFailure(error) ?? error)
    if (obstacle === undefined) {
      log.line(
        'INFO',
        `Le PostgreSQL d'Almanac ne tourne pas (port ${config.ports.postgres}): la collecte le démarre`,
      )
      return EXIT.done
    }
    log.line('ERROR', `La connexion a échoué: ${obstacle}`)
    if (isUnavailable) log.line('INFO', WORKS_ALL_THE_SAME)
    return EXIT.runFailed
  }
}

/** Why the embedded server, which does not respond, cannot be started: another program has its port. */
async function portTaken({ ports, mode }: Config): Promise<string | undefined> {
  try {
    await refuseTakenPort({
      port: ports.postgres,
      setting: mode === 'demo' ? 'DEMO_POSTGRES_PORT' : 'POSTGRES_PORT',
      name: 'PostgreSQL',
    })
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}

async function statusOf(client: pg.Client): Promise<DatabaseStatus> {
  const { rows } = await client.query<DatabaseStatus>(`select
    current_setting('server_version') as "version",
    current_setting('server_version_num')::int as "versionNumber",
    current_database() as "database",
    current_user as "user",
    current_setting('transaction_read_only')::bool as "isReadOnly",
    has_database_privilege(current_database(), 'CREATE') as "mayCreateSchemas",
    coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), false) as "mayCreateTables",
    has_table_privilege(to_regclass('public.matches')::oid, 'INSERT') as "mayInsert"`)
  const [status] = rows
  if (status === undefined) throw new Error('the database returned no row for a query that always has one')
  return status
}

async function latencyOf(client: pg.Client): Promise<number> {
  const times: number[] = []
  for (let question = 0; question < LATENCY_QUESTIONS; question++) {
    const startedAt = performance.now()
    await client.query('select 1')
    times.push(performance.now() - startedAt)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

function rightsLine({ mayCreateTables, mayCreateSchemas, mayInsert, isReadOnly }: DatabaseStatus): string {
  const rights = [
    `créer des schémas: ${yes(mayCreateSchemas)}`,
    `créer des tables: ${yes(mayCreateTables)}`,
    `écrire dans matches: ${mayInsert === null ? "la table n'existe pas" : yes(mayInsert)}`,
  ]
  return `Droits: ${rights.join(', ')}${isReadOnly ? ' - base en lecture seule' : ''}`
}

function yes(may: boolean): string {
  return may ? 'oui' : 'non'
}

/** Reports every obstacle, each with its remedy. */
function verdict(status: DatabaseStatus, { applied, known }: MigrationState, log: CollectorLog): number {
  const mayMigrate = status.mayCreateSchemas && status.mayCreateTables
  const troubles = [
    status.versionNumber < OLDEST_VERSION && `PostgreSQL 15 ou plus récent est nécessaire`,
    status.isReadOnly && 'La base est en lecture seule',
    applied > known &&
      `La base a ${applied} migrations, cette version en connaît ${known}: elle est d'une version plus récente`,
    applied < known &&
      !mayMigrate &&
      `Les tables manquent (${applied} migrations sur ${known}) et ne peuvent pas être créées`,
    status.mayInsert === false && "L'utilisateur ne peut pas écrire dans la table matches",
  ].filter((trouble) => trouble !== false)
  if (applied < known && mayMigrate) {
    log.line('INFO', `Tables: ${applied} migrations sur ${known}; le reste sera créé au démarrage`)
  }
  if (applied === known) log.line('INFO', `Tables à jour (${applied} migrations sur ${known})`)
  for (const trouble of troubles) log.line('ERROR', trouble)
  if (troubles.length > 0) return EXIT.runFailed
  log.line('INFO', 'Connexion réussie')
  return EXIT.done
}
