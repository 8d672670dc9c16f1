/** Linux processes and memory, read from `/proc`. */
import { readdir, readFile } from 'node:fs/promises'

const KIBIBYTE = 1024

export interface ProcessState {
  pid: number
  parent: number
  uid: number
  threads: number
  /** Private bytes: neither program text nor cached files, which the kernel can reclaim. */
  ownBytes: number
}

/** Every visible process. One that ends while it is read is left out. */
export async function processes(): Promise<ProcessState[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const states = await Promise.all(pids.map(processState))
  return states.filter((state) => state !== undefined)
}

async function processState(pid: number): Promise<ProcessState | undefined> {
  const status = await readGone(`/proc/${pid}/status`)
  if (status === undefined) return undefined
  return {
    pid,
    parent: numberAfter(status, 'PPid'),
    uid: numberAfter(status, 'Uid'),
    threads: numberAfter(status, 'Threads'),
    ownBytes: (numberAfter(status, 'RssAnon') + numberAfter(status, 'RssShmem')) * KIBIBYTE,
  }
}

/** Returns a process's command line, arguments separated by spaces; empty for one that has ended. */
export async function commandLine(pid: number): Promise<string> {
  return ((await readGone(`/proc/${pid}/cmdline`)) ?? '').replaceAll('\0', ' ')
}

/** The share of the machine's memory that programs can still get, 0 to 1. */
export async function availableShare(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8')
  return numberAfter(text, 'MemAvailable') / numberAfter(text, 'MemTotal')
}

/** Returns the process and all its descendants. */
export function familyOf(pid: number, all: readonly ProcessState[]): ProcessState[] {
  const family = all.filter((state) => state.pid === pid)
  // The list grows while it is walked.
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid))
  return family
}

function numberAfter(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

async function readGone(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
