/** The arguments of the embedded Temporal server: another set of them asks for another server. */
import { temporalStore } from './running-servers.ts'
import type { UiAddress } from './web-ui.ts'

/**
 * A server polls each transfer queue 20 times a second by default, so every activity waits for the next 50 ms tick; and
 * SQLite flushes the disk at every commit. Both together made a sequence of 40 empty activities five times slower.
 */
const TUNED_SETTINGS = [
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=2000',
  '--dynamic-config-value',
  'history.transferProcessorMaxPollHostRPS=5000',
  '--sqlite-pragma',
  'journal_mode=wal',
  // With the write-ahead log this can lose the last commits in a power cut, never the database.
  '--sqlite-pragma',
  'synchronous=normal',
]

export interface TemporalSettings {
  /** Folder of the server's store and log. */
  stateDir: string
  port: number
  namespace: string
  /** Start the server with its own defaults instead of ours, as the benchmark's other side. */
  defaults?: boolean
}

/** The arguments of a server with its Web UI at this address; undefined starts it without one. */
export function temporalArguments(
  { stateDir, port, namespace, defaults = false }: TemporalSettings,
  ui: UiAddress | undefined,
): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    ...(ui === undefined
      ? ['--headless']
      : ['--ui-ip', ui.ip, '--ui-port', String(ui.port), '--ui-disable-news-fetch']),
    '--db-filename',
    temporalStore(stateDir),
    '--namespace',
    namespace,
    // What `almanac runs` and the dashboard list by; a workflow that sets an unknown attribute fails.
    '--search-attribute',
    'Pipeline=Keyword',
    '--search-attribute',
    'Outcome=Keyword',
    '--log-level',
    'error',
    // Its HTTP API cannot be turned off, takes what any web page posts, and is used by nobody here.
    '--dynamic-config-value',
    'frontend.httpAllowedHosts=[]',
    ...(defaults ? [] : TUNED_SETTINGS),
  ]
}

/** Where a server that runs has its Web UI; undefined if it has none. */
export function uiAddressIn(command: string): UiAddress | undefined {
  const [, ip, port] = / --ui-ip (\S+) --ui-port (\d+) /.exec(command) ?? []
  return ip === undefined ? undefined : { ip, port: Number(port) }
}
