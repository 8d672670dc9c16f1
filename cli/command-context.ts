/** What every command gets besides its own arguments. */
import { join } from 'node:path'
import { loadConfig, type Config } from '../config/load-config.ts'
import { nameDatabaseOf } from '../db/embedded-log.ts'
import { terminal } from './terminal.ts'

/** What every command gets besides its own arguments. */
export interface GlobalOptions {
  demo?: boolean
  verbose?: boolean
}

/** The configuration of the stack that a command talks to, whose database remedies name from then on. */
export function configOf(options: GlobalOptions): Config {
  const { env } = terminal()
  const config = loadConfig({ demo: options.demo ?? false, ...(env === undefined ? {} : { env }) })
  nameDatabaseOf(config.env.DATABASE_URL === undefined ? join(config.stateDir, 'postgres.log') : undefined)
  return config
}

/** "DEMO " before whatever the demo prints. */
export function stackName(config: Config): string {
  return config.mode === 'demo' ? 'DEMO ' : ''
}
