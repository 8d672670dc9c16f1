import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../../simulator/server.ts'
import { ask, askJson, simulatorForTests } from './asking.ts'

const PROJECT = '/modrinth/v2/project/createnuclear'

const simulator = simulatorForTests({ rateLimits: false })

describe('the addresses of the simulator itself', () => {
  it('logs each request to an upstream, and nothing else', async () => {
    simulator.get().requests.clear()
    await ask(simulator.get(), '/__health')
    await ask(simulator.get(), `${PROJECT}?a=1`)
    await ask(simulator.get(), '/curseforge/v1/mods/1')
    const logged = (await askJson(simulator.get(), '/__requests')) as object[]
    expect(logged).toEqual([
      {
        time: expect.any(String) as string,
        upstream: 'modrinth',
        method: 'GET',
        path: '/v2/project/createnuclear?a=1',
        status: 200,
        bytes: expect.any(Number) as number,
      },
      {
        time: expect.any(String) as string,
        upstream: 'curseforge',
        method: 'GET',
        path: '/v1/mods/1',
        status: 404,
        bytes: 0,
      },
    ])
    const { requests } = simulator.get()
    expect([
      requests.count(),
      requests.count({ upstream: 'curseforge' }),
      requests.count({ path: /project/ }),
    ]).toEqual([2, 1, 1])
    await ask(simulator.get(), '/__requests', { method: 'DELETE' })
    expect(requests.count()).toBe(0)
  })

  it('serves the truth of the world, and lists its addresses', async () => {
    expect(await askJson(simulator.get(), '/__world')).toEqual(simulator.get().world.truth())
    expect(await askJson(simulator.get(), '/__health')).toEqual({
      status: 'ok',
      date: '2026-05-04',
      seed: 1,
    })
    expect((await ask(simulator.get(), '/nothing')).status).toBe(404)
  })

  it('names the port that is taken', async () => {
    const { port } = simulator.get()
    await expect(startSimulator({ port })).rejects.toMatchObject({
      type: 'Misconfigured',
      message: expect.stringContaining(`Port ${port} is taken`) as string,
    })
  })

  it('serves 5,000 mods', async () => {
    const large = await startSimulator({ mods: 5_000 })
    const { mods } = (await askJson(large, '/__world')) as { mods: unknown[] }
    expect(mods).toHaveLength(5_000)
    expect((await ask(large, '/modrinth/v2/project/sim-mod-4999')).status).toBe(200)
    await large.close()
  })
})
