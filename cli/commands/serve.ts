/** `almanac serve`: the page and the API alone; `up` starts it beside the worker. */
import { startApi } from '../../api/server.ts'
import { openLog } from '../../worker/log.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { print } from '../output.ts'
import { stopRequested } from '../stop-request.ts'

interface ServeOptions extends GlobalOptions {
  port?: number
  logFile?: string
}

export async function serve(options: ServeOptions): Promise<number> {
  const config = configOf(options)
  const log = openLog(options.verbose ? 'debug' : config.env.LOG_LEVEL, options.logFile)
  const server = await startApi(config, { port: options.port ?? config.ports.page }, log)
  print(`${stackName(config)}page on ${server.address}; Ctrl+C ends it`)
  await stopRequested()
  await server.close()
  return EXIT.done
}
