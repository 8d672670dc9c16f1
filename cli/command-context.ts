/** What every command gets besides its own arguments. */
import { loadConfig, type Config } from '../config/load-config.ts'
import { terminal } from './terminal.ts'

/** What every command gets besides its own arguments. */
export interface GlobalOptions {
  demo?: boolean
  verbose?: boolean
}

/** The configuration of the stack that a command talks to. */
export function configOf(options: GlobalOptions): Config {
  const { env } = terminal()
  return loadConfig({ demo: options.demo ?? false, ...(env === undefined ? {} : { env }) })
}

/** "DEMO " before whatever the demo prints. */
export function stackName(config: Config): string {
  return config.mode === 'demo' ? 'DEMO ' : ''
}
