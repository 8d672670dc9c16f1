/** A separate state folder for `almanac collector` as a child process, with the simulator's feed. */
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { embeddedDatabaseUrl } from '../../../local/embedded-database.ts'
import { freePort, isListening } from '../../../local/taken-port.ts'
import type { Simulator } from '../../../simulator/server.ts'
import { startCommand, type CommandResult, type RunningCommand } from '../command.ts'
import { simulatedMods } from '../stack.ts'
import { toolsDir } from '../tools-dir.ts'

export interface CollectorFolder {
  stateDir: string
  ports: { postgres: number; temporal: number; ui: number }
  /** Starts `almanac …` on this folder; `end` stops it. */
  start(...args: string[]): RunningCommand
  /** Runs `almanac …` to its end. */
  run(args: string[], env?: Record<string, string>): Promise<CommandResult>
  /** Rows of a query on the embedded database. */
  select<Row extends pg.QueryResultRow>(query: string): Promise<Row[]>
  /** Names of the spool's segments. */
  segments(): string[]
  anyListens(): Promise<boolean>
  /** Stops what was started, and fails if something still listens. */
  end(): Promise<void>
}

export async function prepareCollector(simulator: Simulator): Promise<CollectorFolder> {
  const stateDir = mkdtempSync(join(tmpdir(), 'almanac-collector-'))
  symlinkSync(toolsDir, join(stateDir, 'tools'))
  const ports = { postgres: await freePort(), temporal: await freePort(), ui: await freePort() }
  const env = environmentOf(stateDir, ports, simulator)
  const running: RunningCommand[] = []
  const start = (args: string[], more: Record<string, string> = {}) => {
    const started = startCommand(args, { ...env, ...more })
    running.push(started)
    return started
  }
  const anyListens = async () =>
    (await Promise.all(Object.values(ports).map((port) => isListening(port)))).includes(true)
  return {
    stateDir,
    ports,
    start: (...args) => start(args),
    run: (args, more) => start(args, more).ended,
    async select<Row extends pg.QueryResultRow>(query: string) {
      const client = new pg.Client({ connectionString: embeddedDatabaseUrl(stateDir, ports.postgres) })
      await client.connect()
      try {
        return (await client.query<Row>(query)).rows
      } finally {
        await client.end()
      }
    },
    segments() {
      const folder = join(stateDir, 'data', 'spool')
      return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.segment')) : []
    },
    anyListens,
    async end() {
      for (const one of running) one.kill('SIGTERM')
      await Promise.all(running.map(({ ended }) => ended))
      expect(await anyListens()).toBe(false)
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

function environmentOf(
  stateDir: string,
  ports: CollectorFolder['ports'],
  simulator: Simulator,
): Record<string, string> {
  const configFile = join(stateDir, 'almanac.yaml')
  const feed = { url: `${simulator.url}/onexbet/service-api/LiveFeed/Get1x2_VZip`, count: 500 }
  const results = { url: `${simulator.url}/onexbet-results/service-api/result/web/api` }
  const modStats = { mods: simulatedMods(1), modpacks: { pages: 1, page_delay_seconds: 0 } }
  writeFileSync(configFile, stringify({ 'mod-stats': modStats, 'match-results': { feed, results } }))
  return {
    ALMANAC_STATE_DIR: stateDir,
    ALMANAC_CONFIG: configFile,
    DATA_DIR: join(stateDir, 'data'),
    BACKUP_DIR: join(stateDir, 'backups'),
    POSTGRES_PORT: String(ports.postgres),
    TEMPORAL_PORT: String(ports.temporal),
    TEMPORAL_UI_PORT: String(ports.ui),
    MODRINTH_URL: `${simulator.url}/modrinth/v2`,
  }
}

const LINE = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \[(DEBUG|INFO|WARNING|ERROR)\] \[COLLECTOR-SERVICE\] \S/

/** The lines of a log, all of the document's form, without their time. */
export function linesOf(output: string): string[] {
  const lines = output.split('\n').filter((line) => line !== '')
  for (const line of lines) expect(line).toMatch(LINE)
  return lines.map((line) => line.slice('[2025-12-06 10:30:45] '.length))
}
