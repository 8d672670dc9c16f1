import { describe, expect, it } from 'vitest'
import { classificationOf } from '../../../../simulator/crypto-forecast/fear-greed.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import { ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording } from '../recordings.ts'

interface Index {
  name: string
  data: {
    value: string
    value_classification: string
    timestamp: string
    time_until_update?: string
  }[]
  metadata: { error: null }
}

const FNG = '/fear-greed/fng/'
const DAY_S = 86_400
const FIRST_S = Date.parse('2018-02-01') / 1_000

const simulator = simulatorForTests()
const index = async (query = '', of = simulator.get()) => (await askJson(of, FNG + query)) as Index
const recorded = () => recording('fear-greed/fng_limit0_reconstructed.json') as Index

describe.skipIf(!hasRecordings)('simulated Fear & Greed has the shape of the real one:', () => {
  it('the envelope and a day have the fields of recorded ones, all text', async () => {
    const ours = await index('?limit=2')
    const theirs = recorded()
    expect(keys(ours)).toEqual(keys(theirs))
    expect(ours.name).toBe(theirs.name)
    expect(ours.metadata).toEqual(theirs.metadata)
    expect(keys(ours.data[1])).toEqual(keys(theirs.data[1]))
    for (const value of Object.values(ours.data[0] ?? {})) expect(typeof value).toBe('string')
  })

  it('gives each of the 2,977 recorded values its recorded name', () => {
    const { data } = recorded()
    expect(data).toHaveLength(2_977)
    const misnamed = data.filter(
      ({ value, value_classification }) => classificationOf(Number(value)) !== value_classification,
    )
    expect(misnamed).toEqual([])
  })

  it('has exactly the recorded days up to the last recorded one', async () => {
    const then = await startSimulator({ clock: () => new Date('2026-03-31T12:00:00Z') })
    const { data } = await index('?limit=0', then)
    await then.close()
    expect(data.map(({ timestamp }) => timestamp)).toEqual(recorded().data.map(({ timestamp }) => timestamp))
  })
})

describe('simulated Fear & Greed', () => {
  it('simulated Fear & Greed gives the newest day alone, with the seconds until the next', async () => {
    const { data } = await index()
    expect(data).toEqual([
      {
        value: expect.any(String) as string,
        value_classification: expect.any(String) as string,
        timestamp: String(Date.parse('2026-05-04') / 1_000),
        time_until_update: String(14 * 3_600),
      },
    ])
  })

  it('simulated Fear & Greed gives as many days as requested, newest first, without the missing ones', async () => {
    const { data: all } = await index('?limit=0')
    const times = all.map(({ timestamp }) => Number(timestamp))
    const days = (Date.parse('2026-05-04') / 1_000 - FIRST_S) / DAY_S + 1
    expect(all).toHaveLength(days - 4)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(times.at(-1)).toBe(FIRST_S)
    for (const missing of ['2018-04-14', '2018-04-15', '2018-04-16', '2024-10-26'])
      expect(times).not.toContain(Date.parse(missing) / 1_000)
    expect(all.filter(({ time_until_update }) => time_until_update !== undefined)).toHaveLength(1)
    expect((await index('?limit=10')).data).toEqual(all.slice(0, 10))
    expect((await index('?limit=100000')).data).toEqual(all)
  })

  it('simulated Fear & Greed moves between 5 and 95 through all classes, the same for the same seed', async () => {
    const { data } = await index('?limit=0')
    const values = data.map(({ value }) => Number(value))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...values)).toBeLessThanOrEqual(95)
    expect(new Set(data.map(({ value_classification }) => value_classification)).size).toBe(5)
    const steps = values.slice(1).map((value, at) => Math.abs(value - (values[at] ?? 0)))
    expect(steps.reduce((sum, step) => sum + step, 0) / steps.length).toBeLessThan(8)
    const later = await startSimulator({ clock: () => new Date('2026-05-06T00:00:00Z') })
    const other = await startSimulator({ clock: () => new Date('2026-05-06T00:00:00Z'), seed: 2 })
    const plain = ({ value, timestamp }: Index['data'][number]) => `${timestamp} ${value}`
    expect((await index('?limit=0', later)).data.slice(2).map(plain)).toEqual(data.map(plain))
    expect((await index('?limit=0', other)).data.slice(2).map(plain)).not.toEqual(data.map(plain))
    await Promise.all([later.close(), other.close()])
  })

  it('simulated Fear & Greed redirects an address without its trailing slash, with its query', async () => {
    const moved = await ask(simulator.get(), '/fear-greed/fng?limit=3', { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/fear-greed/fng/?limit=3'])
    expect(((await askJson(simulator.get(), '/fear-greed/fng?limit=3')) as Index).data).toHaveLength(3)
    expect((await ask(simulator.get(), '/fear-greed/v2/')).status).toBe(404)
  })

  it('simulated Fear & Greed writes dates instead of seconds on request, and invalid CSV', async () => {
    expect((await index('?date_format=world')).data[0]?.timestamp).toBe('04-05-2026')
    expect((await index('?date_format=us')).data[0]?.timestamp).toBe('05-04-2026')
    const [newest] = (await index('?limit=1')).data
    const text = await (await ask(simulator.get(), `${FNG}?limit=2&format=csv`)).text()
    expect(text).toContain('fng_value,fng_classification,date\n04-05-2026,')
    expect(text).toContain(`04-05-2026,${newest?.value},${newest?.value_classification}\n03-05-2026,`)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  it('simulated Fear & Greed gives an empty list by fault, and supports no other refusal', async () => {
    simulator.get().faults.set('fear-greed', { kind: 'empty', times: 1 })
    expect((await index('?limit=0')).data).toEqual([])
    expect((await index()).data).toHaveLength(1)
  })
})
