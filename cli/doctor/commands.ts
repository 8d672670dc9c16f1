/** How the stack is started, as remedies say it. */
import type { Config } from '../../config/load-config.ts'
import { demoHint } from '../../client/connection.ts'

export const startCommand = (config: Config): string =>
  `"${config.mode === 'demo' ? 'npm run demo' : 'npm start'}" starts it${demoHint(config)}`
