/** The log of the worker that `up` starts. */
import { join } from 'node:path'
import type { Config } from '../config/load-config.ts'

/** Its path, if no other was asked for. */
export const workerLogFile = ({ stateDir }: Pick<Config, 'stateDir'>): string => join(stateDir, 'almanac.log')
