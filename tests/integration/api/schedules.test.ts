/** Schedules over HTTP, each change as Temporal has it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applySchedules } from '../../../client/schedules.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { until } from '../../support/until.ts'

const ID = 'mod-stats'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(async () => {
  await api.stop()
})

const described = () => api.stack.client.schedule.getHandle(ID).describe()

describe('a schedule', () => {
  it('is paused with a reason, and resumed', async () => {
    expect(await api.post(`/api/schedules/${ID}/pause`, { reason: ' we move ' })).toMatchObject({
      status: 200,
      body: { schedule: { pipeline: ID, state: 'paused', note: 'we move', next_start: null } },
    })
    expect((await described()).state).toMatchObject({ paused: true, note: 'we move' })
    expect(await api.post(`/api/schedules/${ID}/resume`)).toMatchObject({
      status: 200,
      body: {
        schedule: { state: 'active', every_seconds: 86_400, next_start: expect.any(String) as string },
      },
    })
    expect((await described()).state.paused).toBe(false)
  })

  it("says why it is paused in the reader's language, and an operator's reason in their own words", async () => {
    const config = structuredClone(api.stack.config)
    config.tracked[ID].enabled = false
    const noteFor = async (language: string) => {
      const headers = { 'accept-language': language }
      const response = await fetch(`${api.server.address}/api/schedules`, { headers })
      const { schedules } = (await response.json()) as { schedules: { pipeline: string; note: string }[] }
      return schedules.find(({ pipeline }) => pipeline === ID)?.note
    }
    await applySchedules(api.stack.client, config)
    await until(async () => (await described()).state.paused)
    expect(await noteFor('en')).toBe('Off in almanac.yaml: set enabled to true there, and start again')
    expect(await noteFor('fr')).toMatch(/^Désactivée dans almanac\.yaml/)
    await api.post(`/api/schedules/${ID}/resume`)
    await api.post(`/api/schedules/${ID}/pause`, { reason: 'we move' })
    await until(async () => (await noteFor('fr')) === 'we move')
    await api.post(`/api/schedules/${ID}/resume`)
  })

  it('starts a run', async () => {
    expect(await api.post(`/api/schedules/${ID}/trigger`)).toMatchObject({ status: 200 })
    const taken = await until(async () => (await described()).info.recentActions[0])
    expect(taken.action.workflow.workflowId).toMatch(/^mod-stats-/)
    await api.stack.client.workflow.getHandle(taken.action.workflow.workflowId).terminate()
  })

  it.each([
    [{}, 'reason: '],
    [{ reason: '  ' }, 'reason: '],
    [{ reason: 'On in almanac.yaml [almanac:on]' }, 'The reason of a pause must be words of your own.'],
  ])('refuses the pause %j', async (body, says) => {
    const answer = await api.post(`/api/schedules/${ID}/pause`, body)
    expect(answer.status).toBe(400)
    expect((answer.body as { detail: string }).detail).toContain(says)
    expect((await described()).state.paused).toBe(false)
  })

  it('that is missing says how to make it', async () => {
    await api.stack.client.schedule.getHandle('match-results').delete()
    await until(async () => (await api.post('/api/schedules/match-results/trigger')).status === 404)
    const { body } = await api.get('/api/schedules')
    expect((body as { schedules: unknown[] }).schedules).toContainEqual(
      expect.objectContaining({
        pipeline: 'match-results',
        state: 'missing',
        note: 'run "./almanac schedules apply"',
      }),
    )
  })
})
