import { describe, expect, it } from 'vitest'
import { createFearGreed, parseFearGreed } from '../../../upstreams/fear-greed.ts'
import { calm, loopback, rejection, sendHtml, sendJson, type Answering } from './loopback.ts'
import { driftOf } from './drift.ts'
import { describeRecorded, recording } from './recordings.ts'

const DAY_S = 86_400
/** 2026-03-01T00:00:00Z */
const MIDNIGHT_S = 1_772_323_200

const row = (value: unknown, timestamp: unknown = String(MIDNIGHT_S), classification: unknown = 'Fear') => ({
  value,
  value_classification: classification,
  timestamp,
})
const envelope = (data: unknown, error: unknown = null) => ({
  name: 'Fear and Greed Index',
  data,
  metadata: { error },
})
const parsed = (...rows: unknown[]) => parseFearGreed(JSON.stringify(envelope(rows)))

async function client(answer: Answering) {
  const server = await loopback(answer)
  const index = createFearGreed({ baseUrl: server.baseUrl, userAgent: 'almanac/0.1 (test)' })
  return { ...server, index }
}

describeRecorded('the recorded Fear & Greed series', () => {
  it('has no field other than known', async () => {
    const body = recording('fear-greed/fng_limit0_reconstructed.json')
    expect(await driftOf('fear-greed', () => parseFearGreed(body))).toEqual([])
  })

  it('has 2,977 days, newest first, without those that the index never had', () => {
    const { days, rejected } = parseFearGreed(recording('fear-greed/fng_limit0_reconstructed.json'))
    expect(rejected).toEqual([])
    expect(days).toHaveLength(2_977)
    expect(days.at(0)).toEqual({ date: '2026-03-31', value: 11, classification: 'Extreme Fear' })
    expect(days.at(-1)).toEqual({ date: '2018-02-01', value: 30, classification: 'Fear' })
    const dates = days.map(({ date }) => date)
    expect(dates).toEqual([...dates].sort().reverse())
    expect(new Set(dates).size).toBe(2_977)
    for (const absent of ['2018-04-14', '2018-04-15', '2018-04-16', '2024-10-26'])
      expect(dates).not.toContain(absent)
  })
})

describe('a Fear & Greed day', () => {
  it('reads a day from text and from numbers', () => {
    const { days, rejected } = parsed(row('0'), row(100, MIDNIGHT_S - DAY_S, 'Extreme Greed'))
    expect(rejected).toEqual([])
    expect(days).toEqual([
      { date: '2026-03-01', value: 0, classification: 'Fear' },
      { date: '2026-02-28', value: 100, classification: 'Extreme Greed' },
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ['above 100', row('101'), /^value: /],
    ['below 0', row(-1), /^value: /],
    ['a fraction', row('23.5'), /^value: /],
    ['empty', row(''), /^value: /],
    ['null', row(null), /^value: /],
    ['not at midnight UTC', row('23', String(MIDNIGHT_S + 3_600)), /^timestamp: not midnight UTC/],
    ['a formatted date', row('23', '01-03-2026'), /^timestamp: /],
    ['beyond any date', row('23', String(DAY_S * 1e9)), /^timestamp: .*9999/],
    ['without a classification', row('23', String(MIDNIGHT_S), ''), /^value_classification: /],
    ['no object', 'Fear', /^\(row\): /],
  ])('rejects a day that is %s with the reason, and only that day', (_name, bad, reason) => {
    const { days, rejected } = parsed(bad, row('23', String(MIDNIGHT_S - DAY_S)))
    expect(days).toEqual([{ date: '2026-02-28', value: 23, classification: 'Fear' }])
    expect(rejected).toEqual([{ reason: expect.stringMatching(reason) as unknown, row: bad }])
  })
})

describe('the Fear & Greed client', () => {
  it('requests with the trailing slash and the limit, identifies itself, and keeps the response', async () => {
    const body = envelope([row('23')])
    const { index, asked, baseUrl } = await client((response) => {
      sendJson(response, body)
    })
    const { days, raw } = await index.days(0, calm())
    expect(days).toHaveLength(1)
    expect(asked.map(({ url }) => url)).toEqual(['/fng/?limit=0'])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(raw).toEqual([
      {
        source: 'fear-greed',
        url: `${baseUrl}/fng/?limit=0`,
        body: JSON.stringify(body),
        observedAt: expect.any(Date) as unknown,
      },
    ])
  })

  it.each<[string, unknown]>([
    ['without data', { name: 'Fear and Greed Index', metadata: { error: 'Limit exceeded' } }],
    ['beside data', envelope([row('23')], 'Limit exceeded')],
    ['as an object', envelope(null, { message: 'Limit exceeded' })],
  ])('treats an error under a good status %s as UpstreamUnavailable, with its text', async (_name, body) => {
    const { index } = await client((response) => {
      sendJson(response, body)
    })
    expect(await rejection(index.days(1, calm()))).toMatchObject({
      type: 'UpstreamUnavailable',
      message: expect.stringContaining('Limit exceeded') as unknown,
    })
  })

  it.each<[string, unknown]>([
    ['an empty list', envelope([])],
    ['no list', { name: 'Fear and Greed Index', metadata: { error: null } }],
    ['null', null],
    ['another shape', [row('23')]],
  ])('treats %s as PayloadInvalid', async (_name, body) => {
    const { index } = await client((response) => {
      sendJson(response, body)
    })
    expect(await rejection(index.days(1, calm()))).toMatchObject({ type: 'PayloadInvalid' })
  })

  it('reports an empty list as implausible in words', () => {
    expect(() => parsed()).toThrow(/empty list, which is implausible/)
  })

  it('treats a page of its server under 502 as UpstreamUnavailable', async () => {
    const { index } = await client((response) => {
      sendHtml(response, '<html><title>502 Bad Gateway</title></html>', 502)
    })
    expect(await rejection(index.days(1, calm()))).toMatchObject({ type: 'UpstreamUnavailable' })
  })
})
