/** What the demo's processes hold while nothing runs. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { clusterFolder } from '../local/embedded-database.ts'
import { runningPostgres, runningTemporal } from '../local/running-servers.ts'
import { memoryMb } from './command-process.ts'
import { demoStack } from './demo-stack.ts'
import type { Figure } from './figure.ts'

/** By then the first collection's garbage is gone if it ever goes. */
const REST_MS = 10_000

/** Resident memory of the command, the Temporal server and PostgreSQL with its children. */
export async function memory(): Promise<Figure[]> {
  const demo = await demoStack()
  try {
    const command = demo.up()
    try {
      await command.saw('Ctrl+C stops everything')
      await sleep(REST_MS)
      const temporal = runningTemporal(demo.stateDir)?.server.pid ?? 0
      const postgres = runningPostgres(clusterFolder(demo.stateDir))?.server.pid ?? 0
      const processes = [postgres, ...childrenOf(postgres)]
      const sum = processes.reduce((total, pid) => total + privateMb(pid), 0)
      return [
        {
          what: 'almanac up --demo',
          value: memoryMb(command.pid, 'VmRSS'),
          unit: 'MB',
          note: 'worker and simulator',
        },
        { what: 'Temporal server', value: memoryMb(temporal, 'VmRSS'), unit: 'MB' },
        {
          what: 'PostgreSQL',
          value: sum,
          unit: 'MB',
          note: `${processes.length} processes, shared pages counted in part`,
        },
      ]
    } finally {
      await command.end('SIGTERM')
    }
  } finally {
    demo.remove()
  }
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => parentOf(pid) === parent)
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch (error) {
    // Ended between listing and reading.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}

/** PostgreSQL's processes share their buffers: each page counts by its share. */
function privateMb(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return (Number(found?.[1] ?? NaN) * 1024) / 1_000_000
}
