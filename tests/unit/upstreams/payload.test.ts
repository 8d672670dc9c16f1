import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { runs } from '../../support/property-runs.ts'
import * as z from 'zod'
import { Failure } from '../../../core/failures.ts'
import { parseFiles, parseMods } from '../../../upstreams/curseforge/curseforge.ts'
import { parseProjects, parseVersions } from '../../../upstreams/modrinth.ts'
import { count, instant, parseBody, parseRows, text } from '../../../upstreams/payload.ts'
import { anyText } from '../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

describe('times', () => {
  it.each([
    ['2024-05-06T07:08:09Z', '2024-05-06T07:08:09.000Z'],
    ['2024-05-06T07:08:09.1Z', '2024-05-06T07:08:09.100Z'],
    ['2024-05-06T07:08:09.12Z', '2024-05-06T07:08:09.120Z'],
    ['2024-05-06T07:08:09.123Z', '2024-05-06T07:08:09.123Z'],
    ['2024-05-06T07:08:09.1234Z', '2024-05-06T07:08:09.123Z'],
    ['2024-05-06T07:08:09.12345Z', '2024-05-06T07:08:09.123Z'],
    ['2024-05-06T07:08:09.123456Z', '2024-05-06T07:08:09.123Z'],
    ['2024-05-06T07:08:09.1234567Z', '2024-05-06T07:08:09.123Z'],
    ['2024-05-06T07:08:09+02:00', '2024-05-06T05:08:09.000Z'],
    ['2024-05-06T07:08:09.5', '2024-05-06T07:08:09.500Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('the time %s is %s', (value, expected) => {
    expect(instant.parse(value).toISOString()).toBe(expected)
  })

  it.each([
    '',
    'yesterday',
    '2024-05-06',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2024-05-06T25:00:00Z',
  ])('rejects the time %j', (value) => {
    expect(instant.safeParse(value).success).toBe(false)
  })
})

describe('counts and text', () => {
  it.each([-1, 1.5, 2 ** 53, Number.NaN, Infinity, '7', null])('rejects %j as a count', (value) => {
    expect(count.safeParse(value).success).toBe(false)
  })

  it('drops the NUL that no database column holds', () => {
    expect(text.parse('a\u0000b')).toBe('ab')
  })
})

describe('bodies and rows', () => {
  const rows = z.array(z.object({ n: count }))

  it('names the first five issues of a body of another shape, each short', () => {
    const body = JSON.stringify(Array.from({ length: 9 }, () => ({ n: -1 })))
    const error = thrown(() => parseBody(rows, body, 'test GET /x'))
    expect(error).toMatchObject({ type: 'PayloadInvalid' })
    const issues = z.array(z.string().max(200)).parse(error.details['issues'])
    expect(issues).toHaveLength(5)
    expect(issues[0]).toContain('0.n')
  })

  it('one bad row fails alone', () => {
    const { rows: good, rejected } = parseRows(z.object({ n: count }), [{ n: 1 }, { n: -1 }, null, { n: 2 }])
    expect(good).toEqual([{ n: 1 }, { n: 2 }])
    expect(rejected.map(({ row }) => row)).toEqual([{ n: -1 }, null])
    expect(rejected[0]?.reason).toContain('n: ')
  })

  it('treats text that is not JSON as PayloadInvalid', () => {
    expect(thrown(() => parseBody(rows, '[{"n":1}] x', 'test')).type).toBe('PayloadInvalid')
    expect(thrown(() => parseBody(rows, 'rate limited', 'test')).type).toBe('PayloadInvalid')
  })

  it('treats JSON cut anywhere as UpstreamUnavailable: the next response may be whole', () => {
    const whole = '[{"n":1,"s":"aé\\u00e9\\n","t":true,"f":-1.5e3,"z":null}]'
    for (let length = 0; length < whole.length; length += 1) {
      expect([length, thrown(() => parseBody(rows, whole.slice(0, length), 'test')).type]).toEqual([
        length,
        'UpstreamUnavailable',
      ])
    }
  })
})

describe('any JSON gives rows or PayloadInvalid', () => {
  const rowLike = fc.record(
    {
      id: fc.oneof(fc.jsonValue(), fc.stringMatching(/^[0-9A-Za-z]{8}$/), fc.nat()),
      slug: fc.oneof(fc.string(), fc.jsonValue()),
      title: fc.string(),
      name: fc.oneof(fc.string(), fc.constant(null)),
      project_id: fc.stringMatching(/^[0-9A-Za-z]{8}$/),
      version_number: fc.string(),
      downloads: fc.oneof(fc.nat(), fc.double(), fc.jsonValue()),
      followers: fc.oneof(fc.nat(), fc.constant(-1)),
      versions: fc.oneof(fc.array(fc.stringMatching(/^[0-9A-Za-z]{8}$/)), fc.jsonValue()),
      date_published: fc.oneof(fc.constant('2024-01-01T00:00:00.5Z'), fc.string()),
      downloadCount: fc.oneof(fc.nat(), fc.double(), fc.jsonValue()),
      thumbsUpCount: fc.oneof(fc.nat(), fc.constant(null), fc.jsonValue()),
      classId: fc.oneof(fc.nat(), fc.constant(null)),
      links: fc.oneof(fc.constant(null), fc.jsonValue()),
      modId: fc.nat(),
      displayName: fc.string(),
      fileName: fc.string(),
      fileDate: fc.constant('2024-01-01T00:00:00'),
    },
    { requiredKeys: [] },
  )
  const list = fc.oneof(fc.jsonValue(), fc.array(fc.oneof(rowLike, fc.jsonValue())))
  const body = fc.oneof(
    list,
    list.map((data) => ({ data })),
    list.map((data) => ({ data, pagination: { totalCount: 3 } })),
  )

  it.each([
    ['modrinth projects', parseProjects],
    ['modrinth versions', parseVersions],
    ['curseforge mods', parseMods],
    ['curseforge files', parseFiles],
  ])('reads any JSON as rows or PayloadInvalid: %s', (_name, parse) => {
    fc.assert(
      fc.property(body, (value) => {
        const outcome = attempt(() => parse(JSON.stringify(value)))
        if (outcome instanceof Failure) expect(outcome.type).toBe('PayloadInvalid')
        else for (const row of outcome.rows) expectStorable(row)
      }),
      runs(100),
    )
  })

  it('reads any text as a named failure or rows', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const outcome = attempt(() => parseProjects(value))
        if (outcome instanceof Failure)
          expect(['PayloadInvalid', 'UpstreamUnavailable']).toContain(outcome.type)
      }),
    )
  })
})

/** Every number a non-negative safe integer, every date valid, no NUL anywhere. */
function expectStorable(row: object): void {
  for (const value of Object.values(row) as unknown[]) {
    if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true)
    if (value instanceof Date) expect(value.getTime()).not.toBeNaN()
    if (typeof value === 'string') expect(value).not.toContain('\u0000')
  }
}

function attempt<T>(run: () => T): T | Failure {
  try {
    return run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function thrown(run: () => unknown): Failure {
  const outcome = attempt(run)
  if (outcome instanceof Failure) return outcome
  throw new Error('expected a failure')
}
