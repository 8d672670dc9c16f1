/** `almanac serve`: the page and the API alone; `up` starts it beside the worker. */
import { startApi } from '../../api/server.ts'
import { Failure } from '../../core/failures.ts'
import { pagePorts } from '../../local/page-server.ts'
import { startWatch } from '../../watch/watch.ts'
import { portTaken, type PortUse } from '../../local/taken-port.ts'
import { openLog } from '../../worker/log.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT } from '../exit.ts'
import { print } from '../output.ts'
import { stopRequested } from '../stop-request.ts'

interface ServeOptions extends GlobalOptions {
  host?: string
  port?: number
  logFile?: string
}

export async function serve(options: ServeOptions): Promise<number> {
  const config = configOf(options)
  const log = openLog(options.verbose ? 'debug' : config.env.LOG_LEVEL, options.logFile)
  const host = options.host ?? config.env.PAGE_HOST
  const { page, overview } = pagePorts(config)
  const port = options.port ?? page.port
  const server = await explained({ ...page, port }, host, () => startApi(config, { host, port }, log))
  print(`${stackName(config)}page on ${server.address}; Ctrl+C ends it`)
  // Whoever names a port wants that one: beside the page of a running stack the other is taken.
  if (options.port === undefined) {
    try {
      await explained(overview, host, () => server.alsoAt(overview.port))
      print(`and on port ${overview.port}`)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      print(`not on a second port: ${error.message}`)
    }
  }
  const watch = startWatch(config, log)
  await stopRequested()
  await Promise.all([watch.stop(), server.close()])
  return EXIT.done
}

/** Says what to do about an address at which nothing can listen. */
async function explained<T>(use: PortUse, host: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw portTaken(use)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Failure(
        'Misconfigured',
        `This machine has no address ${host}; correct PAGE_HOST (0.0.0.0 is all of its addresses).`,
      )
    throw error
  }
}
