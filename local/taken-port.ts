/** Whether a loopback port is free, and who holds one that is not. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { elapsed } from '../core/elapsed.ts'
import { CannotStart } from './cannot-start.ts'

export interface PortUse {
  port: number
  /** Name of the setting that moves it: "POSTGRES_PORT". */
  setting: string
  /** What wants the port: "PostgreSQL". */
  name: string
}

/** A server that was killed lets go of its port some milliseconds after its process counts as gone. */
const LET_GO_MS = 2_000
const ASK_EVERY_MS = 50

/** Throws `CannotStart` that names the port, its setting and, if known, its holder. */
export async function refuseTakenPort({ port, setting, name }: PortUse): Promise<void> {
  const deadline = elapsed() + LET_GO_MS
  while (elapsed() < deadline) {
    if (await isFree(port)) return
    await sleep(ASK_EVERY_MS)
  }
  throw portTaken({ port, setting, name })
}

/** The failure of a port that is taken. */
export function portTaken({ port, setting, name }: PortUse): CannotStart {
  const holder = portHolder(port)
  const by = holder === undefined ? 'another process' : `${holder.command} (process ${holder.pid})`
  return new CannotStart(
    `Port ${port}, wanted by ${name}, is taken by ${by}; stop that process or set ${setting} to a free port.`,
    { details: { port, setting, ...(holder === undefined ? {} : { pid: holder.pid }) } },
  )
}

/** Whether something listens on the port now; a refusal returns at once. */
export async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect(port, host)
  const listening = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => {
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
  socket.destroy()
  return listening
}

/**
 * Ports below those that systems give to outgoing connections (Linux from 32768, macOS from 49152): a server that is
 * started again later finds its port still its own.
 */
const FREE_PORTS = { from: 20_000, count: 12_000 }
/** Processes that search at the same time begin this far apart, and so do not find the same port. */
const PORTS_APART = 101
let portsTried = 0

/** A free port of 127.0.0.1 that this process did not return before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FREE_PORTS.from + ((process.pid * PORTS_APART + portsTried++) % FREE_PORTS.count)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve, reject) => {
    server.once('listening', () => {
      resolve(true)
    })
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(port, '127.0.0.1')
  })
  if (free) await new Promise((resolve) => server.close(resolve))
  return free
}

/** State of a listening socket in /proc/net/tcp. */
const TCP_LISTEN = '0A'

/** Linux only: the socket's inode from /proc/net, then the process that has it open. Undefined if that is hidden. */
function portHolder(port: number): { pid: number; command: string } | undefined {
  if (process.platform !== 'linux') return undefined
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port))
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`))
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!openFiles(pid).some((target) => sockets.has(target))) continue
    return {
      pid: Number(pid),
      command: readOr(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'a process'),
    }
  }
  return undefined
}

function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readOr(() => readFileSync(table, 'utf8'), '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) === true && fields[3] === TCP_LISTEN)
    .map((fields) => fields[9] ?? '')
}

/** Empty for another user's process, and without the files that close meanwhile: the holder's name is a courtesy. */
function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`
  return readOr(() => readdirSync(folder), []).map((name) =>
    readOr(() => readlinkSync(`${folder}/${name}`), ''),
  )
}

/** Processes come and go between two reads of /proc: what is gone, or not ours to see, counts as `otherwise`. */
function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return otherwise
    throw error
  }
}
