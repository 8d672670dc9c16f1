/** The embedded Temporal server against the real program: namespace, attributes, adoption, crash, taken port. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request, type OutgoingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { optionalTsToMs } from '@temporalio/common/lib/time.js'
import { temporal } from '@temporalio/proto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../core/durations.ts'
import { identify } from '../../local/process-identity.mjs'
import { waitForEnd } from '../../local/server-process.ts'
import { freePort } from '../../local/taken-port.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { startTemporal, type RunningTemporal, type TemporalOptions } from '../../local/temporal.ts'
import { packageRoot } from '../../system/package-root.ts'
const STOP_MS = 300_000

let stateDir: string
let running: RunningTemporal[] = []

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'almanac temporal '))
})
afterEach(async () => {
  for (const server of running) await server.stop()
  running = []
  rmSync(stateDir, { recursive: true })
})

async function start(options: Partial<TemporalOptions> & { port: number }): Promise<RunningTemporal> {
  const executable = temporalExecutable(join(packageRoot, '.almanac', 'tools'))
  const server = await startTemporal({ stateDir, uiPort: null, executable, namespace: 'default', ...options })
  running.push(server)
  return server
}

async function withClient<T>(
  server: RunningTemporal,
  use: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: server.address })
  try {
    return await use(new Client({ connection }), connection)
  } finally {
    await connection.close()
  }
}

interface Target {
  ip: string
  port: number
  path: string
  headers: OutgoingHttpHeaders
}

/** Status of a request with a body, or of a GET without; undefined if what listens speaks no HTTP. */
function post({ ip, port, path, headers }: Target, body?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { host: ip, port, path, headers, method: body === undefined ? 'GET' : 'POST' },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      },
    )
    asked.once('error', () => {
      resolve(undefined)
    })
    asked.end(body)
  })
}

/** Where a process listens, from /proc. */
function listeningOf(pid: number): { ip: string; port: number }[] {
  const folder = `/proc/${pid}/fd`
  const open = new Set(readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`)))
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1, -1)
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && open.has(`socket:[${fields[9] ?? ''}]`))
    .map((fields) => {
      const [ip = '', port = ''] = (fields[1] ?? '').split(':')
      const bytes = [...Buffer.from(ip, 'hex')].reverse()
      return { ip: bytes.join('.'), port: Number.parseInt(port, 16) }
    })
}

describe('the embedded Temporal server', () => {
  it('Temporal keeps histories for seven days and knows the search attributes', async () => {
    const server = await start({ port: await freePort() })
    await withClient(server, async (_client, connection) => {
      const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' })
      expect(optionalTsToMs(config?.workflowExecutionRetentionTtl)).toBe(7 * DAY_MS)
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: 'default',
      })
      const keyword = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
      expect(customAttributes).toMatchObject({ Pipeline: keyword, Outcome: keyword })
    })
  })

  it('keeps what Temporal stores from other users', async () => {
    await start({ port: await freePort() })
    const files = readdirSync(stateDir).filter((name) => name.startsWith('temporal.'))
    expect(files.toSorted().slice(0, 1)).toEqual(['temporal.db'])
    for (const name of files)
      expect([name, statSync(join(stateDir, name)).mode & 0o777]).toEqual([name, 0o600])
  })

  it('Temporal creates the requested namespace', { tags: 'long' }, async () => {
    const server = await start({ port: await freePort(), namespace: 'team' })
    const found = await withClient(server, (_client, connection) =>
      connection.workflowService.describeNamespace({ namespace: 'team' }),
    )
    expect(optionalTsToMs(found.config?.workflowExecutionRetentionTtl)).toBe(7 * DAY_MS)
  })

  it('Temporal serves its web UI on its port, and none when headless', { tags: 'long' }, async () => {
    const uiPort = await freePort()
    const server = await start({ port: await freePort(), uiPort })
    expect(server.uiUrl).toBe(`http://127.0.0.1:${uiPort}`)
    expect((await fetch(`${server.uiUrl ?? ''}/`)).status).toBe(200)
    await server.stop()
    expect((await start({ port: await freePort() })).uiUrl).toBeUndefined()
  })

  it('adopts the Temporal server that was left running with the same settings', async () => {
    const port = await freePort()
    const first = await start({ port })
    const second = await start({ port })
    expect(second).toMatchObject({ adopted: true, pid: first.pid })
  })

  it('replaces a Temporal server that was left running with other settings', { tags: 'long' }, async () => {
    const port = await freePort()
    const first = await start({ port, defaults: true })
    const second = await start({ port })
    expect(second.adopted).toBe(false)
    expect(identify(first.pid)).toBeUndefined()
  })

  it('Temporal keeps its workflows over kill -9 and a start', { tags: 'long' }, async () => {
    const port = await freePort()
    const first = await start({ port })
    await withClient(first, ({ workflow }) =>
      workflow.start('noWorkerRunsThis', { workflowId: 'kept', taskQueue: 'nobody' }),
    )
    const identity = identify(first.pid)
    if (identity === undefined) throw new Error('The server is not running.')
    process.kill(first.pid, 'SIGKILL')
    expect(await waitForEnd(identity, STOP_MS)).toBe(true)
    const second = await start({ port })
    expect(second.adopted).toBe(false)
    const found = await withClient(second, ({ workflow }) => workflow.getHandle('kept').describe())
    expect(found.status.name).toBe('RUNNING')
  })

  it(
    'adopts a Temporal server without any file that names it, however its folder is reached',
    { tags: 'long' },
    async () => {
      const port = await freePort()
      const first = await start({ port })
      const link = `${stateDir} link`
      symlinkSync(stateDir, link)
      const second = await start({ port, stateDir: link })
      rmSync(link)
      expect(second).toMatchObject({ adopted: true, pid: first.pid })
    },
  )

  it(
    'leaves the Temporal server of the folder alone that this one is a copy of',
    { tags: 'long' },
    async () => {
      const first = await start({ port: await freePort() })
      const copy = `${stateDir} copy`
      cpSync(stateDir, copy, { recursive: true })
      const second = await start({ port: await freePort(), stateDir: copy })
      expect(second.adopted).toBe(false)
      expect(identify(first.pid)).toBeDefined()
      await second.stop()
      rmSync(copy, { recursive: true })
    },
  )

  it.runIf(process.platform === 'linux')(
    'Temporal takes nothing that a web page of another site posts to any of its ports',
    async () => {
      const uiPort = await freePort()
      const server = await start({ port: await freePort(), uiPort })
      const body = JSON.stringify({ workflowType: { name: 'foreign' }, taskQueue: { name: 'any' } })
      const path = '/api/v1/namespaces/default/workflows/foreign'
      const headers = { origin: 'http://evil.example', 'content-type': 'text/plain' }
      const targets = [...listeningOf(server.pid), { ip: '127.0.0.1', port: uiPort }]
      const statuses = await Promise.all(
        targets.flatMap(({ ip, port }) =>
          [`${ip}:${port}`, `evil.example:${port}`].map((host) =>
            post({ ip, port, path, headers: { ...headers, host } }, body),
          ),
        ),
      )
      // The HTTP API and the front of the Web UI.
      expect(statuses.filter((status) => status === 403).length).toBeGreaterThanOrEqual(3)
      expect(statuses.filter((status) => status !== undefined && status < 400)).toEqual([])
      await withClient(server, async ({ workflow }) => {
        await expect(workflow.getHandle('foreign').describe()).rejects.toThrow(/not found/)
      })
    },
  )

  it.each([
    ['empty, as an interrupted first start leaves it', ''],
    ['no database', 'x'.repeat(10_000)],
  ])(
    'puts a store aside that is %s, says so, and begins with an empty one',
    { tags: 'long' },
    async (_name, content) => {
      const store = join(stateDir, 'temporal.db')
      writeFileSync(store, content)
      const lines: string[] = []
      const server = await start({ port: await freePort(), say: (line) => lines.push(line) })
      const aside = readdirSync(stateDir).filter((name) =>
        /^temporal\.db\.unusable-\d{4}-[\dTZ-]+$/.test(name),
      )
      expect(aside).toHaveLength(1)
      expect(lines).toEqual([expect.stringContaining(join(stateDir, aside[0] ?? '?'))])
      expect(readFileSync(join(stateDir, aside[0] ?? ''), 'utf8').startsWith(content)).toBe(true)
      await withClient(server, ({ workflow }) =>
        workflow.start('noWorkerRunsThis', { workflowId: 'begun', taskQueue: 'nobody' }),
      )
    },
  )

  it('the Web UI answers this machine alone, by its names', async () => {
    const uiPort = await freePort()
    await start({ port: await freePort(), uiPort })
    const ask = (host: string) => post({ ip: '127.0.0.1', port: uiPort, path: '/', headers: { host } })
    expect(await ask(`127.0.0.1:${uiPort}`)).toBe(200)
    expect(await ask('localhost:9000')).toBe(200)
    expect(await ask('[::1]')).toBe(200)
    expect(await ask(`evil.example:${uiPort}`)).toBe(403)
    expect(await ask('127.0.0.1.evil.example')).toBe(403)
  })

  it('Temporal names the port, its setting and its holder if a port is taken', async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const grpc = start({ port, setting: 'TEMPORAL_PORT' })
    await expect(grpc).rejects.toThrow(new RegExp(`Port ${port}, .*set TEMPORAL_PORT`))
    if (process.platform === 'linux') await expect(grpc).rejects.toThrow(`(process ${process.pid})`)
    const ui = start({ port: await freePort(), uiPort: port, uiSetting: 'TEMPORAL_UI_PORT' })
    await expect(ui).rejects.toThrow(new RegExp(`Port ${port}, .*set TEMPORAL_UI_PORT`))
    await new Promise((resolve) => other.close(resolve))
  })

  it('reports why if the Temporal program ends instead of serving', async () => {
    const attempt = start({ port: await freePort(), executable: process.execPath })
    await expect(attempt).rejects.toMatchObject({ type: 'Misconfigured' })
    await expect(attempt).rejects.toThrow(/ended while it started.*temporal\.log/)
  })
})
