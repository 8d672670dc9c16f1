/** Checkpoints before a measurement, so that none falls into it: the role of all work may not ask for them by itself. */
import { withClient } from '../db/database-client.ts'
import { POSTGRES_ROLE } from '../local/postgres-roles.ts'
import type { RunningPostgres } from '../local/postgres.ts'

/** Lets the benchmark's own connections run `checkpoint`. */
export async function allowCheckpoints({ adminUrl }: RunningPostgres): Promise<void> {
  await withClient({ connectionString: adminUrl }, (client) =>
    client.query(`grant pg_checkpoint to ${POSTGRES_ROLE}`),
  )
}
