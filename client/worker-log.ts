/** The log of the worker, where the page finds it. */
import { join } from 'node:path'
import type { Config } from '../config/load-config.ts'

/** Its path, if a command does not name another. */
export const workerLogFile = ({ env, stateDir }: Pick<Config, 'env' | 'stateDir'>): string =>
  env.WORKER_LOG ?? join(stateDir, 'almanac.log')
