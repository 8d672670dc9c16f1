/** Commands that remedies name. */
import type { Config } from '../../config/load-config.ts'
import { ALMANAC } from '../../core/command-name.ts'

export const startCommand = (config: Config): string =>
  config.mode === 'demo' ? '"npm run demo" starts it' : '"npm start" starts it'

export const almanacCommand = (config: Pick<Config, 'mode'>, words: string): string =>
  `${ALMANAC} ${words}${config.mode === 'demo' ? ' --demo' : ''}`
