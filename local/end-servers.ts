/** Ends the servers of a folder without waiting for an orderly stop. */
import { clusterFolder } from './embedded-database.ts'
import { runningPage, runningPostgres, runningTemporal } from './running-servers.ts'
import { endProcess } from './server-process.ts'

/** An immediate shutdown of PostgreSQL writes nothing; the next start recovers. */
const END_MS = 5_000

/** Returns when none is left; what they committed is kept. */
export async function endServersAtOnce(stateDir: string): Promise<void> {
  for (;;) {
    const temporal = runningTemporal(stateDir)?.server
    const postgres = runningPostgres(clusterFolder(stateDir))?.server
    const page = runningPage(stateDir)?.server
    if (temporal === undefined && postgres === undefined && page === undefined) return
    await Promise.all([
      page && endProcess(page, 'SIGKILL', END_MS),
      temporal && endProcess(temporal, 'SIGKILL', END_MS),
      // Its children would outlive a postmaster that is killed.
      postgres && endProcess(postgres, 'SIGQUIT', END_MS),
    ])
  }
}
