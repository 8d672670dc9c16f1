/** Reasons as sentences: one place a language, and nothing else knows them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureReason, textReason } from '../../../core/reason.ts'
import { french as inType } from '../../../wording/french.ts'
import { packageRoot } from '../../../system/package-root.ts'
import * as english from '../../../wording/en.ts'
import * as french from '../../../wording/fr.ts'
import { reason, implausible } from '../../../wording/reason.ts'
import { renderEnding, renderError } from '../../../wording/run.ts'
import { sentence } from '../../../wording/sentence.ts'

const JOINS = new Set([
  'message-began',
  'message-news',
  'text',
  'source',
  'RunFailed',
  'several',
  'no-forecast',
  'no-horizon',
  'check',
  'library',
  'contextmaker-failed',
  'text-refused',
])

describe('a reason', () => {
  const missing = implausible('mods-missing', { platform: 'Modrinth', names: ['a', 'b'], more: 3 })

  it('a reason is written in English, even within another one', () => {
    expect(sentence(missing)).toBe('suspicious: returned before and missing on Modrinth now: a, b and 3 more')
  })

  it.each([
    [
      failureReason({ type: 'Blocked', message: 'onexbet GET /x answered 403' }),
      'le service refuse ce réseau ou ce client («\u202Fonexbet GET /x answered 403\u202F»)',
    ],
    [
      failureReason({ type: 'WorkerGone', message: 'no heartbeat' }),
      'WorkerGone («\u202Fno heartbeat\u202F»)',
    ],
    [
      {
        code: 'RunFailed',
        values: {
          sources: [
            {
              code: 'source',
              values: { source: 'feed', reasons: [reason('feed-empty'), reason('leagues-none')] },
            },
          ],
        },
      },
      'feed\u202F: le flux est vide\u202F: aucun match ne compte comme terminé pour cela\u202F; le flux est plein, et sa liste des ligues est vide',
    ],
    [
      reason('not-closed', { reason: failureReason({ type: 'TimedOut', message: 'closeMatches' }) }),
      'la dernière étape a échoué\u202F: une étape n’a pas fini à temps («\u202FcloseMatches\u202F»)',
    ],
    [
      reason('segment-of-rows', {
        rows: 1,
        tables: ['polls'],
        observedAt: '2026-11-28T10:00:00.000Z',
        runId: 'r1',
      }),
      'il contient 1 ligne de polls (2026-11-28 10:00 UTC, collecte r1), qui manquent dans PostgreSQL',
    ],
  ])(
    'a reason is written in French with those within it, and the words of others in quotes',
    (one, french) => {
      expect(sentence(one, 'fr')).toBe(french)
    },
  )

  it('every code has its own French sentence', () => {
    const all = ({ shared, PIPELINE_SENTENCES }: typeof english | typeof french) =>
      Object.assign({}, shared, ...PIPELINE_SENTENCES) as Record<string, unknown>
    const inFrench = all(french)
    for (const [code, inEnglish] of Object.entries(all(english))) {
      expect(inFrench[code], code).toBeDefined()
      // One that only puts others together is the same in both.
      if (!JOINS.has(code)) expect(String(inFrench[code]), code).not.toBe(String(inEnglish))
    }
  })

  it('a reason is written in French, however deep it lies', () => {
    const spooled = { code: 'spooled', values: { rows: 1 } }
    expect(sentence(spooled, 'fr')).toBe('1 relevé gardé sur disque, PostgreSQL n’est pas là')
    expect(sentence(reason('left-to-next-run', { message: 'no room left' }), 'fr')).toBe(
      'le reste est laissé à la prochaine collecte («\u202Fno room left\u202F»)',
    )
    expect(sentence(missing, 'fr')).toBe(
      'suspect\u202F: donnés auparavant, absents de Modrinth maintenant\u202F: a, b et 3 de plus',
    )
  })

  it('what is written in French is set in type, and what others say stays as it came', () => {
    expect(inType`l'heure : 12:30 ; « ${`l'an : "x" ?`} » à 5 %`).toBe(
      `l’heure\u202F: 12:30\u202F; «\u202Fl'an : "x" ?\u202F» à 5\u202F%`,
    )
  })

  it('a reason of another program keeps its words', () => {
    expect(sentence(textReason('onexbet answered 403'), 'fr')).toBe('onexbet answered 403')
  })

  it('a reason with a code of another version is shown unchanged', () => {
    expect(sentence({ code: 'from-tomorrow', values: { rows: 1 } })).toBe('from-tomorrow {"rows":1}')
    expect(sentence({ code: 'constructor' })).toBe('constructor {}')
  })

  it('a reason survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(missing))).toEqual(missing)
  })
})

describe('the output of a run for programs', () => {
  it('keeps sentences under their old names, and the records beside them', () => {
    const why = [reason('rows-refused', { rows: 2 })]
    const counts = { feed: { outcome: 'partial' as const, fetched: 3, written: 1, rejected: 2, why } }
    const error = reason('AlreadyRunning', { workflowId: 'it', since: '2026-11-21T10:00:00.000Z' })
    expect(renderEnding({ outcome: 'skipped', counts, error })).toEqual({
      outcome: 'skipped',
      counts: { feed: { ...counts.feed, why: ['2 rows rejected, see quarantine'], reasons: why } },
      error: {
        type: 'AlreadyRunning',
        message: 'already running: it, since 2026-11-21T10:00:00.000Z',
        reason: error,
      },
    })
  })

  it('names a failure by its own name', () => {
    const failure = { type: 'DiskFull', message: 'No space left.' }
    expect(renderError({ code: 'failure', values: failure })).toEqual(failure)
  })
})

describe('the tables', () => {
  it.each([
    ['English', english],
    ['French', french],
  ])('each code has one sentence: %s', (_, { shared, PIPELINE_SENTENCES }) => {
    const codes = [shared, ...PIPELINE_SENTENCES].flatMap((table) => Object.keys(table))
    expect(codes.toSorted()).toEqual([...new Set(codes)].toSorted())
  })
})

/** Sources that may hold sentences of reasons, or compare the words of other programs. */
const sources = [
  'activities',
  'cli',
  'client',
  'config',
  'core',
  'db',
  'local',
  'system',
  'upstreams',
  'worker',
  'workflows',
].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      file: join(folder, file),
      text: readFileSync(join(packageRoot, folder, file), 'utf8'),
    })),
)

/** Shorter pieces, such as "reports wait", may stand anywhere. */
const LEAST_CHARACTERS = 24

describe('the sources outside of wording/', () => {
  it('sources outside wording/ hold no sentence of a reason', () => {
    const files = readdirSync(join(packageRoot, 'wording'), { recursive: true, encoding: 'utf8' })
    const pieces = files
      .filter((file) => /(^|\/)en\.ts$/.test(file))
      .flatMap((file) => literalsOf(readFileSync(join(packageRoot, 'wording', file), 'utf8')))
      .filter(({ length }) => length >= LEAST_CHARACTERS)
    expect(pieces.length).toBeGreaterThan(50)
    const found = sources.flatMap(({ file, text }) =>
      pieces.filter((piece) => text.includes(piece)).map((piece) => `${file}: ${piece}`),
    )
    expect(found).toEqual([])
  })

  it('sources outside wording/ match only the words of other programs', () => {
    const match =
      /\b(message|reason|why|sentence|notice|note|remedy)s?(\([^()]*\))?\??\.(startsWith|endsWith|includes|match|search)\(|\.(test|exec)\([^()]*\b(message|reason|sentence|notice|remedy)(Of\([^()]*\))?/g
    const found = sources
      .filter(({ file }) => !READS_OTHER_PROGRAMS.some((place) => file.startsWith(place)))
      .flatMap(({ file, text }) => [...text.matchAll(match)].map(([words]) => `${file}: ${words}`))
    expect(found).toEqual([])
  })
})

/** Servers, drivers and parsers have no code for some of what they say. */
const READS_OTHER_PROGRAMS = [
  'db/database-failure.ts',
  'upstreams/github/',
  'upstreams/payload.ts',
  // The log of the collector puts what the stack says into French.
  'cli/match-results/collector/',
]

/** The fixed pieces of the strings in a table's source. */
function literalsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  return [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"([^"\n]*)"|`([^`]*)`/g)].flatMap(
    ([, single, double, template]) => (single ?? double ?? template ?? '').split(/\$\{[^}]*\}/),
  )
}
