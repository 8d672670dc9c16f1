/** `/api/stack`: how the servers, the worker, the spool and the disks of the stack are. */
import type { Client } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { knownBackups } from '../../backup/known.ts'
import { temporalAddress } from '../../client/connection.ts'
import { pollersOf } from '../../client/ping.ts'
import type { Config } from '../../config/load-config.ts'
import { failureReason } from '../../core/reason.ts'
import type { Database } from '../../db/database.ts'
import { migrationState } from '../../db/migrate.ts'
import { damagedSegments, folderBytes, waitingSegments, type DeadLetter } from '../../db/spool/folder.ts'
import { headRowCount, heldBy } from '../../db/spool/held.ts'
import { inspectSegment } from '../../db/spool/inspect.ts'
import { spoolFolder } from '../../db/spool/spool.ts'
import { freeBytes, roomIn } from '../../system/free-space.ts'
import { packageVersion } from '../../system/package-version.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import { standingAlerts } from '../../watch/alert.ts'
import { BACKUP_MS } from '../../watch/judge-files.ts'
import { readState } from '../../watch/state.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { orAway, type Away } from '../away.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems, RequestProblem } from '../problem.ts'
import { stackSchema } from './stack-schema.ts'

type Stack = z.infer<typeof stackSchema>

const MEGABYTE = 1_000_000
/** A person reads no more dead letters than this; "almanac spool list" has all. */
const MOST_LETTERS = 100

/** Adds the routes. */
export function addStack(api: Api, context: RouteContext): void {
  addSegment(api, context)
  api.get(
    '/api/stack',
    {
      config: { isShared: true },
      schema: {
        summary: 'Database, Temporal, workers, spool with its dead letters, disks and versions',
        headers: languageHeader,
        response: { 200: stackSchema },
      },
    },
    (request) => stackState(context, languageOf(request)),
  )
}

const segmentName = z.object({ name: z.string().min(1).max(300).describe('As /api/stack names it') })

const segmentSchema = z
  .object({
    name: z.string(),
    is_dead_letter: z.boolean(),
    content: z
      .record(z.string(), z.unknown())
      .describe('Its head, its first rows, where its payloads came from; of a damaged one what can be read'),
  })
  .meta({ id: 'Segment' })

function addSegment(api: Api, { config }: RouteContext): void {
  api.get(
    '/api/spool/:name',
    {
      schema: {
        summary: 'A segment of the spool, or a dead letter, with its first rows',
        params: segmentName,
        response: { 200: segmentSchema, ...problems(404) },
      },
    },
    async ({ params: { name } }) => {
      const found = await inspectSegment(spoolFolder(config.dataDir), name)
      if ('names' in found || found.name !== name)
        throw new RequestProblem(404, `There is no segment "${name}"; /api/stack lists dead letters.`)
      return { name, is_dead_letter: found.isDamaged, content: found.content }
    },
  )
}

/** How the stack is; what a server that is away would say is null. */
export async function stackState({ db, temporal, config }: RouteContext, language: Language): Promise<Stack> {
  const away: Away = []
  const [database, server] = await Promise.all([
    orAway(away, language, () => databaseState(db)),
    orAway(away, language, () => temporal.use((client) => temporalState(client, config))),
  ])
  return {
    almanac: packageVersion,
    node: process.versions.node,
    stack: config.mode,
    database: database ?? null,
    temporal: server ?? null,
    spool: spoolState(config, language),
    alerts: standingKeys(config.stateDir),
    disks: [diskOf('state', config.stateDir), diskOf('data', config.dataDir)],
    backups: backupsState(config.dataDir, language),
    away,
  }
}

/** Of PostgreSQL: version, size, migrations. */
export async function databaseState(db: Database): Promise<NonNullable<Stack['database']>> {
  const [{ rows }, migrations] = await Promise.all([
    db.execute<{ version: string; bytes: number }>(
      sql`select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes`,
    ),
    migrationState(db),
  ])
  const { version, bytes } = rows[0] ?? { version: '', bytes: 0 }
  return { version, bytes, migrations }
}

async function temporalState(client: Client, config: Config): Promise<Stack['temporal']> {
  const [{ serverVersion }, workers] = await Promise.all([
    client.workflowService.getSystemInfo({}),
    pollersOf(client),
  ])
  return {
    version: serverVersion,
    address: temporalAddress(config),
    workers: workers.map(({ name, polledAt }) => ({ name, polled_at: polledAt?.toISOString() ?? null })),
  }
}

/** Of the spool: what waits, and its dead letters. */
export function spoolState({ dataDir, env }: Config, language: Language): Stack['spool'] {
  const folder = spoolFolder(dataDir)
  const waiting = waitingSegments(folder)
  const letters = damagedSegments(folder)
  return {
    folder,
    bytes: folderBytes(folder),
    most_bytes: env.SPOOL_MB * MEGABYTE,
    waiting: waiting.length,
    rows: waiting.reduce((sum, { head }) => sum + (head === undefined ? 0 : headRowCount(head)), 0),
    oldest_at: waiting[0]?.since.toISOString() ?? null,
    dead_letters: letters.slice(0, MOST_LETTERS).map((letter) => letterJson(letter, language)),
    dead_letter_count: letters.length,
  }
}

const letterJson = (
  { name, reason, head }: DeadLetter,
  language: Language,
): Stack['spool']['dead_letters'][number] => ({
  name,
  reason,
  pipeline: head?.pipeline ?? null,
  holds: head === undefined ? null : sentence(heldBy(head), language),
})

function backupsState(dataDir: string, language: Language): Stack['backups'] {
  const { madeAt, failed, damaged } = knownBackups(dataDir)
  return {
    made_at: madeAt?.toISOString() ?? null,
    is_late: Date.now() - (madeAt?.getTime() ?? 0) > BACKUP_MS,
    failed:
      failed === undefined
        ? null
        : { at: failed.at.toISOString(), why: sentence(failureReason(failed), language) },
    damaged: [...damaged],
  }
}

/** Of the disk of a folder, by a name for it. */
export function diskOf<Name extends string>(
  name: Name,
  folder: string,
): Omit<Stack['disks'][number], 'name'> & { name: Name } {
  const free = freeBytes(folder)
  return { name, folder, free_bytes: free, room: roomIn(free) }
}

function standingKeys(stateDir: string): string[] {
  const now = Date.now()
  return standingAlerts(readState(stateDir, now).alerts, now).map(({ finding }) => finding.key)
}
