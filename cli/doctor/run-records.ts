/** Open run records whose run is gone: each keeps its pipeline from running until it is closed. */
import { isGrpcServiceError, ServiceError, type Client } from '@temporalio/client'
import { CannotReach } from '../../client/cannot-reach.ts'
import { withDatabase, withTemporal } from '../../client/connection.ts'
import { runStatus } from '../../client/runs.ts'
import type { Config } from '../../config/load-config.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import type { Database } from '../../db/database.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { openRuns, type RunRecord } from '../../db/queries/runs.ts'
import { moment } from '../output.ts'
import { bad, none, ok, type Check } from './check.ts'
import { CHECK_LIMITS } from './database.ts'
import { CHECK_MS } from './within.ts'

const NAME = 'run records'
/** A worker closes them every minute; a run that has just ended may still be closing its own. */
const CLOSED_WITHIN_MS = 3 * MINUTE_MS

/** Checks every open record; without database or Temporal, whose own checks say so, there is nothing to compare. */
export async function checkRunRecords(config: Config): Promise<Check> {
  try {
    return recordsCheck(await withDatabase(config, ({ db }) => abandonedRuns(config, db), CHECK_LIMITS))
  } catch (error) {
    const isAway = error instanceof CannotReach || error instanceof ServiceError || isGrpcServiceError(error)
    if (!isAway && databaseFailure(error) === undefined) throw error
    return none(NAME, 'not compared: the database or Temporal is unavailable')
  }
}

/** The verdict on the records that are open though their run ended or is unknown. */
export function recordsCheck(abandoned: readonly Pick<RunRecord, 'workflowId' | 'startedAt'>[]): Check {
  if (abandoned.length === 0) return ok(NAME, 'every open one belongs to a run that goes on')
  const list = abandoned.map(({ workflowId, startedAt }) => `${workflowId} of ${moment(startedAt)}`)
  return bad(
    NAME,
    `open though the run is gone: ${list.join(', ')}; its pipeline cannot run`,
    `a worker closes them within a minute: start one ("${almanacCommand('worker')}"), or see its log for why it cannot`,
  )
}

async function abandonedRuns(config: Config, db: Database): Promise<RunRecord[]> {
  const open = await openRuns(db)
  if (open.length === 0) return []
  const statesOf = (client: Client) =>
    Promise.all(open.map(async (run) => ({ run, status: await runStatus(client, run) })))
  const states = await withTemporal(config, statesOf, CHECK_MS)
  return states.flatMap(({ run, status }) => {
    if (status.alive) return []
    const goneAt = status.closedAt ?? run.startedAt
    return Date.now() - goneAt.getTime() > CLOSED_WITHIN_MS ? [run] : []
  })
}
