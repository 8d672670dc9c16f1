/** Checkpoints before a measurement, so that none falls into it: the role of all work may not ask for them by itself. */
import pg from 'pg'
import { POSTGRES_ROLE } from '../local/postgres-roles.ts'
import type { RunningPostgres } from '../local/postgres.ts'

/** Lets the benchmark's own connections run `checkpoint`. */
export async function allowCheckpoints({ adminUrl }: RunningPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  await client.query(`grant pg_checkpoint to ${POSTGRES_ROLE}`)
  await client.end()
}
