/** All checks of `almanac doctor`, in the order in which a person would mend things. */
import type { Config } from '../../config/load-config.ts'
import { Failure } from '../../core/failures.ts'
import { bad, none, ok, type Check } from './check.ts'
import { checkClock } from './clock.ts'
import { checkDatabase } from './database.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { CLI_PARTS } from '../parts.ts'
import { checkFolders, checkPorts, checkSecretsFile, checkSpool, checkStateRights } from './machine.ts'
import { checkGit, checkNode, checkPython, checkTemporalProgram } from './programs.ts'
import { checkRunRecords } from './run-records.ts'
import { checkTemporal } from './temporal.ts'
import { askUpstreams, upstreamsCheck } from './upstreams.ts'

export interface Examination {
  /** Undefined if the settings could not be read. */
  stack: Config['mode'] | undefined
  /** False as soon as one check is `bad`. */
  passed: boolean
  checks: Check[]
}

/** Runs every check. Settings that cannot be read are one of the findings, not an error. */
export async function examine(
  load: () => Config,
  { upstreams = true }: { upstreams?: boolean } = {},
): Promise<Examination> {
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
      : [...programs, ...(await examineStack(config, upstreams))]
  return {
    stack: config instanceof Failure ? undefined : config.mode,
    passed: checks.every(({ state }) => state !== 'bad'),
    checks,
  }
}

async function examineStack(config: Config, withUpstreams: boolean): Promise<Check[]> {
  // Before the servers are contacted: a port is tried by listening on it for a moment.
  const ports = await checkPorts(config)
  const [database, temporal, records, outside, ...own] = await Promise.all([
    checkDatabase(config),
    checkTemporal(config),
    checkRunRecords(config),
    checkOutside(config, withUpstreams),
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
    ...outside,
  ]
}

/** The upstreams, and the clock, which is compared with theirs. */
async function checkOutside(config: Config, withUpstreams: boolean): Promise<Check[]> {
  const asked = withUpstreams && config.mode !== 'demo' ? await askUpstreams(config) : []
  return [...(withUpstreams ? [upstreamsCheck(config, asked)] : []), await checkClock(config, asked)]
}

function readable(load: () => Config): Config | Failure {
  try {
    return load()
  } catch (error) {
    if (error instanceof Failure && error.type === 'Misconfigured') return error
    throw error
  }
}
