/** The Temporal server of a stack: it answers, is made ready for Almanac, and has a worker that works. */
import { almanacCommand } from '../../core/command-name.ts'
import { isGrpcServiceError, ServiceError, type Client } from '@temporalio/client'
import type { Config } from '../../config/load-config.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { connectTemporal, temporalAddress } from '../../client/connection.ts'
import { scheduleStates } from '../../client/schedules.ts'
import { missingSearchAttributes } from '../../client/search-attributes.ts'
import { answersPing, pollersOf } from '../../client/ping.ts'
import { bad, ok, warn, type Check } from './check.ts'
import { startCommand } from './commands.ts'
import { CHECK_MS, within } from './within.ts'

/** A worker takes a task within milliseconds; a busy one within a second. The server's own timeout adds to it. */
const PING_MS = 2_000

/** gRPC: `NOT_FOUND`. */
const NOT_FOUND = 5

export async function checkTemporal(config: Config): Promise<Check[]> {
  let client: Client
  try {
    client = await connectTemporal(config, CHECK_MS)
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
  const restart = 'look at its log, and start it again'
  const bounded = (name: string, check: () => Promise<Check>) =>
    within(name, restart, () => client.withDeadline(Date.now() + CHECK_MS, check))
  const reached = await bounded('Temporal', async () => {
    const { serverVersion } = await client.workflowService.getSystemInfo({})
    return ok('Temporal', `server ${serverVersion} at ${temporalAddress(config)}`)
  })
  if (reached.state === 'bad') return [reached]
  const namespace = await bounded('namespace', () => checkNamespace(client))
  if (namespace.state === 'bad') return [reached, namespace]
  const others = await Promise.all([
    bounded('search attributes', () => checkSearchAttributes(client)),
    bounded('schedules', () => checkSchedules(client)),
    checkWorkers(config, client),
  ])
  return [reached, namespace, ...others]
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

async function checkSearchAttributes(client: Client): Promise<Check> {
  const missing = await missingSearchAttributes(client)
  return missing.length === 0
    ? ok('search attributes', 'registered')
    : bad(
        'search attributes',
        `${missing.join(' and ')} missing`,
        `run "${almanacCommand('schedules apply')}"`,
      )
}

async function checkSchedules(client: Client): Promise<Check> {
  const states = await scheduleStates(client)
  const found = states.map(({ id, state }) => `${id} ${state}`).join(', ')
  return states.some(({ state }) => state === 'missing')
    ? bad('schedules', found, `run "${almanacCommand('schedules apply')}"`)
    : ok('schedules', found)
}

/** A worker may be down on purpose; runs wait for it, so this is a warning. */
async function checkWorkers(config: Config, client: Client): Promise<Check> {
  const start = `start one: "${almanacCommand('worker')}" or ${startCommand(config)}`
  const names = (await pollersOf(client)).map(({ name }) => name)
  if (names.length === 0) return warn('worker', 'no worker polled in the last minutes', start)
  const isWorking = await answersPing(client, PING_MS)
  if (isWorking) return ok('worker', names.join(', '))
  const found = `${names.join(', ')} polled in the last minutes, and does not take work now`
  return warn('worker', found, 'runs wait: look whether it hangs or has just ended, and start it again')
}
