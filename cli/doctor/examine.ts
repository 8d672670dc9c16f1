/** All checks of `almanac doctor`, in the order in which a person would mend things. */
import type { Config } from '../../config/load-config.ts'
import { Failure } from '../../core/failures.ts'
import { bad, none, ok, type Check } from './check.ts'
import { checkClock } from './clock.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { CLI_PARTS } from '../parts.ts'
import { checkFolders, checkPorts, checkSecretsFile, checkSpool, checkStateRights } from './machine.ts'
import { checkGit, checkNode, checkPython, checkTemporalProgram } from './programs.ts'
import { checkRunRecords } from './run-records.ts'
import { checkDatabase, checkTemporal } from './servers.ts'

export interface Examination {
  /** Undefined if the settings could not be read. */
  stack: Config['mode'] | undefined
  /** False as soon as one check is `bad`. */
  passed: boolean
  checks: Check[]
}

/** Runs every check. Settings that cannot be read are one of the findings, not an error. */
export async function examine(load: () => Config): Promise<Examination> {
  const programs = [checkNode(), ...(await checkGit())]
  const config = readable(load)
  const checks =
    config instanceof Failure
      ? [
          ...programs,
          ...config.message
            .split('\n')
            .map((sentence) => bad('settings', sentence, 'correct it and run the check again')),
          none('other checks', 'not checked: it depends on the settings'),
        ]
      : [...programs, ...(await examineStack(config))]
  return {
    stack: config instanceof Failure ? undefined : config.mode,
    passed: checks.every(({ state }) => state !== 'bad'),
    checks,
  }
}

async function examineStack(config: Config): Promise<Check[]> {
  // Before the servers are contacted: a port is tried by listening on it for a moment.
  const ports = await checkPorts(config)
  const [database, temporal, records, clock, ...own] = await Promise.all([
    checkDatabase(config),
    checkTemporal(config),
    checkRunRecords(config),
    checkClock(config),
    ...PIPELINES.map(async ({ id }) => CLI_PARTS[id].checks?.(config) ?? []),
  ])
  const tracked = Object.keys(config.tracked).join(', ')
  return [
    checkPython(config),
    checkTemporalProgram(config),
    ok('settings', `.env and the environment are valid; tracked: ${tracked}`),
    ...checkSecretsFile(),
    ...own.flat(),
    ...checkFolders(config),
    ...checkStateRights(config),
    ...checkSpool(config),
    ...ports,
    ...database,
    ...temporal,
    records,
    clock,
  ]
}

function readable(load: () => Config): Config | Failure {
  try {
    return load()
  } catch (error) {
    if (error instanceof Failure && error.type === 'Misconfigured') return error
    throw error
  }
}
