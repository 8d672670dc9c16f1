/** The embedded Temporal server against the real program: namespace, attributes, adoption, crash, taken port. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

  it('Temporal creates the requested namespace', async () => {
    const server = await start({ port: await freePort(), namespace: 'team' })
    const found = await withClient(server, (_client, connection) =>
      connection.workflowService.describeNamespace({ namespace: 'team' }),
    )
    expect(optionalTsToMs(found.config?.workflowExecutionRetentionTtl)).toBe(7 * DAY_MS)
  })

  it('Temporal serves its web UI on its port, and none when headless', async () => {
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

  it('replaces a Temporal server that was left running with other settings', async () => {
    const port = await freePort()
    const first = await start({ port, defaults: true })
    const second = await start({ port })
    expect(second.adopted).toBe(false)
    expect(identify(first.pid)).toBeUndefined()
  })

  it('Temporal keeps its workflows over kill -9 and a start', async () => {
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

  it('does not mistake another process with the pid of a dead Temporal server for it', async () => {
    const port = await freePort()
    const first = await start({ port })
    const pidFile = join(stateDir, 'temporal.pid.json')
    const left = readFileSync(pidFile, 'utf8')
    await first.stop()
    expect(existsSync(pidFile)).toBe(false)
    writeFileSync(pidFile, left.replace(/"pid":\d+/, `"pid":${process.pid}`))
    expect((await start({ port })).adopted).toBe(false)
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
