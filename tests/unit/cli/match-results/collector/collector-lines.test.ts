/** The collector's log: the document's lines, on the console and in a file, and what each record of the worker becomes. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  formatLine,
  openCollectorLog,
  type LineLevel,
} from '../../../../../cli/match-results/collector/log-lines.ts'
import {
  collectedBy,
  turnOf,
  type ResultStatus,
} from '../../../../../activities/match-results/match-records.ts'
import { endLines } from '../../../../../cli/match-results/collector/collection-lines.ts'
import { FRENCH } from '../../../../../cli/match-results/collector/french.ts'
import { openWorkerLog } from '../../../../../cli/match-results/collector/worker-log.ts'
import { failureReason, textReason, type Reason } from '../../../../../core/reason.ts'
import { RUN_OUTCOMES } from '../../../../../core/run-outcome.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

/** Of the machine's own time zone, whichever that is. */
const AT = new Date(2025, 11, 6, 10, 30, 45)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-lines-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A log whose lines are kept. */
function opened(options: { verbose?: boolean; logFile?: string } = {}) {
  const lines: string[] = []
  const log = openCollectorLog({
    verbose: options.verbose ?? false,
    logFile: options.logFile,
    write: (line) => lines.push(line),
    clock: () => AT,
  })
  return { log, lines }
}

describe('a line of the log', () => {
  it.each<[LineLevel, string, string]>([
    [
      'INFO',
      'Démarrage de la collecte...',
      '[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] Démarrage de la collecte...',
    ],
    ['WARNING', 'attention', '[2025-12-06 10:30:45] [WARNING] [COLLECTOR-SERVICE] attention'],
  ])('writes a log line in the documented form: %s', (level, text, line) => {
    expect(formatLine({ level, text }, AT)).toBe(line)
  })

  it('writes one line, whatever the names of the teams hold', () => {
    // Control characters, and everything up to the separators of lines and paragraphs.
    const character = fc
      .oneof(fc.integer({ max: 0x20, min: 0 }), fc.integer({ min: 0x80, max: 0x2030 }))
      .map((code) => String.fromCodePoint(code))
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        const line = formatLine({ level: 'INFO', text: `a${text}\n[2025-12-06 10:30:45] [INFO] x` }, AT)
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(line.startsWith('[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] a')).toBe(true)
      }),
    )
  })

  it('writes lines of level DEBUG with --verbose alone', () => {
    const [quiet, verbose] = [opened(), opened({ verbose: true })]
    for (const { log } of [quiet, verbose]) log.line('DEBUG', 'x')
    expect(quiet.lines).toEqual([])
    expect(verbose.lines).toEqual(['[2025-12-06 10:30:45] [DEBUG] [COLLECTOR-SERVICE] x'])
  })
})

describe('the log file', () => {
  it('writes every console line to the log file, and makes its folder', () => {
    const logFile = join(folder, 'logs', 'deep', 'collector.log')
    const { log, lines } = opened({ logFile })
    log.line('INFO', 'été')
    log.line('ERROR', 'fin')
    expect(lines).toHaveLength(2)
    expect(readFileSync(logFile, 'utf8')).toBe(`${lines.join('\n')}\n`)
  })

  it('appends to the log file, and starts a new one after it was moved away', () => {
    const logFile = join(folder, 'collector.log')
    opened({ logFile }).log.line('INFO', 'one')
    const { log } = opened({ logFile })
    log.line('INFO', 'two')
    renameSync(logFile, `${logFile}.1`)
    log.line('INFO', 'three')
    expect(readFileSync(`${logFile}.1`, 'utf8')).toMatch(/one\n.*two\n$/)
    expect(readFileSync(logFile, 'utf8')).toMatch(/three\n$/)
  })

  it('a log file that cannot be written ends the start with a sentence', () => {
    expect(() => opened({ logFile: folder })).toThrow(expect.objectContaining({ type: 'Misconfigured' }))
  })

  it('reports a log file that can no longer be written once, and continues on the console', () => {
    const logFile = join(folder, 'collector.log')
    const { log, lines } = opened({ logFile })
    rmSync(logFile)
    mkdirSync(logFile)
    log.line('INFO', 'one')
    log.line('INFO', 'two')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('[WARNING] [COLLECTOR-SERVICE] Le fichier de log ne peut pas être écrit')
    expect(lines[2]).toContain('two')
  })
})

const ENDED = {
  outcome: 'complete' as const,
  isRecompute: false,
  fetched: 40,
  results: 0,
  written: 12,
  spooled: 0,
  confirmed: 2,
  lastSeen: 1,
  open: 36,
  duplicates: 1,
  rejected: 0,
  why: [] as Reason[],
}
/** Of a run that ended before anything was known. */
const BARE = {
  outcome: 'failed' as const,
  isRecompute: false,
  fetched: 0,
  results: 0,
  written: 0,
  spooled: 0,
  rejected: 0,
  why: [textReason('Blocked: 403')],
}

const info = (text: string) => [{ level: 'INFO', text }]

describe('what the activities report', () => {
  const match = { eventId: 1, team1: 'Team1', team2: 'Team2', score1: 2, score2: 1 }

  it('the start of a collection is logged as documented, and a recompute run by its name', () => {
    expect(FRENCH['collection.started']({ event: 'collection.started', isRecompute: false })).toBe(
      'Démarrage de la collecte...',
    )
    expect(FRENCH['collection.started']({ event: 'collection.started', isRecompute: true })).toBe(
      'Reprise des lignes gardées sur disque...',
    )
  })

  it.each([
    ['confirmed', 'OK Match terminé sauvegardé: Team1 vs Team2 (2-1)'],
    ['last-seen', 'Match disparu, dernier score vu: Team1 vs Team2 (2-1)'],
  ] as const)('states the confidence of a match that is over: %s', (confidence, text) => {
    expect(FRENCH['match.over']({ event: 'match.over', ...match, confidence })).toBe(text)
  })

  it('logs both results if one replaced the other, and a match that is live again', () => {
    const corrected = { event: 'match.corrected', ...match, was1: 2, was2: 3 } as const
    expect(FRENCH['match.corrected'](corrected)).toBe('Correction: Team1 vs Team2 (2-3 -> 2-1)')
    expect(FRENCH['match.resumed']({ event: 'match.resumed', ...match })).toBe(
      'Match repris: Team1 vs Team2 (2-1)',
    )
  })

  it.each([
    ['seen', 'pas encore commencé'],
    ['live', 'en cours'],
    ['suspended', 'suspendu'],
    ['vanished', 'disparu du flux, résultat pas encore connu'],
  ] as const)('logs at level DEBUG why a match does not count: %s', (state, words) => {
    const { logger, lines } = worker({ verbose: true })
    const teams = { team1: 'A', team2: 'B' }
    logger.debug({ event: 'match.not-over', ...teams, score1: 1, score2: 0, status: '3 minutes', state }, '')
    // Temporal's logger leaves out what is null.
    logger.debug({ event: 'match.not-over', ...teams, state }, '')
    const ignored = '[DEBUG] [COLLECTOR-SERVICE] Match ignoré (non terminé): A vs B'
    expect(texts(lines)).toEqual([
      `${ignored} - Score: 1-0 - Statut: '3 minutes' - ${words}`,
      `${ignored} - Score: ?-? - Statut: '' - ${words}`,
    ])
  })

  it('the end of a collection is logged with counts in their units and the verdict', () => {
    expect(endLines(ENDED)).toEqual([
      ...info(
        'RESUME OK: 2 | DERNIER SCORE VU: 1 | EN ATTENTE: 36 | DOUBLON: 1 | ERREUR: 0 (40 matchs lus, 12 lignes écrites)',
      ),
      ...info('Collecte terminée avec succès'),
    ])
    const why = [textReason('truncated'), { code: 'spooled', values: { rows: 1 } }]
    const partial = { outcome: 'partial' as const, fetched: 1, results: 2, written: 0, spooled: 1, why }
    expect(endLines({ ...ENDED, ...partial })).toEqual([
      ...info(
        'RESUME OK: 2 | DERNIER SCORE VU: 1 | EN ATTENTE: 36 | DOUBLON: 1 | ERREUR: 0 (1 match lu, 2 résultats reçus, 0 ligne écrite, 1 relevé gardé sur disque)',
      ),
      {
        level: 'WARNING',
        text: 'Collecte partielle: truncated; 1 relevé gardé sur disque, PostgreSQL n’est pas là',
      },
    ])
  })

  it('the end of a collection omits unknown counts', () => {
    expect(endLines({ ...BARE, outcome: 'partial', fetched: 3 })[0]).toEqual(
      info('RESUME ERREUR: 0 (3 matchs lus, 0 ligne écrite)')[0],
    )
    expect(endLines(BARE)).toEqual([{ level: 'ERROR', text: 'Collecte échouée: Blocked: 403' }])
  })

  it('does not call a run after a drain a collection', () => {
    expect(endLines({ ...BARE, outcome: 'complete', isRecompute: true, written: 89 })).toEqual(
      info('Reprise terminée: 89 lignes écrites'),
    )
    expect(endLines({ ...BARE, isRecompute: true })).toEqual([
      { level: 'ERROR', text: 'Reprise échouée: Blocked: 403' },
    ])
  })

  it.each(RUN_OUTCOMES)('calls a collection a success only if it was complete: %s', (outcome) => {
    const [verdict] = endLines({ ...ENDED, outcome, why: [textReason('x')] }).slice(-1)
    expect(verdict?.text.includes('avec succès')).toBe(outcome === 'complete')
    const levels = { complete: 'INFO', skipped: 'INFO', partial: 'WARNING', cancelled: 'WARNING' }
    expect(verdict?.level).toBe({ ...levels, failed: 'ERROR', interrupted: 'ERROR' }[outcome])
  })

  it('reports the run of another process from its outcome', () => {
    const blocked = textReason('Blocked: 403')
    const part = { outcome: 'failed' as const, fetched: 3, written: 2, rejected: 1, why: [blocked] }
    const ending = {
      outcome: 'failed' as const,
      counts: { feed: part, results: { ...part, fetched: 5, spooled: 4 } },
      error: { code: 'RunFailed', values: { sources: [] } },
    }
    const sums = { fetched: 3, results: 5, written: 4, rejected: 2, spooled: 4, isRecompute: true }
    expect(collectedBy(ending, true)).toMatchObject(sums)
    // Its own message repeats those of its sources.
    expect(collectedBy(ending, true).why).toEqual([blocked])
    const error = failureReason({ type: 'TimedOut', message: 'openMatchResults did not end in time' })
    expect(collectedBy({ outcome: 'failed', counts: {}, error }, false).why).toEqual([error])
  })
})

describe('what became of a match', () => {
  const open: ResultStatus = { score1: 1, score2: 0, confidence: null }
  const gone: ResultStatus = { score1: 1, score2: 0, confidence: 'last-seen' }
  const won: ResultStatus = { score1: 1, score2: 0, confidence: 'confirmed' }
  const drawn: ResultStatus = { score1: 1, score2: 1, confidence: 'confirmed' }
  it.each<[string, ResultStatus | undefined, ResultStatus, ReturnType<typeof turnOf>]>([
    ['never seen, now confirmed', undefined, won, 'over'],
    ['open, now gone', open, gone, 'over'],
    ['gone, now confirmed with the same score', gone, won, 'over'],
    ['gone, gone again with another score', gone, { ...gone, score2: 3 }, 'over'],
    ['confirmed, now with another score', won, drawn, 'corrected'],
    ['confirmed, now played again', won, open, 'resumed'],
    ['gone, now played again', gone, open, 'resumed'],
    ['confirmed as before', won, won, undefined],
    ['open as before', open, { ...open, score1: 2 }, undefined],
    ['never seen, open', undefined, open, undefined],
  ])('reports a match that was %s', (_, before, now, turn) => {
    expect(turnOf(before, now)).toBe(turn)
  })
})

/** What a worker writes, as Temporal's runtime hands it on. */
function worker({ verbose = false, clock = () => 0 }: { verbose?: boolean; clock?: () => number } = {}) {
  const { log, lines } = opened({ verbose })
  const ended: string[] = []
  const logger = openWorkerLog(log, { clock, onEnded: (workflowId) => ended.push(workflowId) })
  return { logger, lines, ended }
}

const texts = (lines: string[]) => lines.map((line) => line.replace(/^\[.*?\] /, ''))

describe("the worker's log", () => {
  const from = { sdkComponent: 'activity', workflowId: 'match-results-1', attempt: 1 }

  it('writes documented lines, and names whose end was reported', () => {
    const { logger, lines, ended } = worker()
    logger.info({ ...from, event: 'collection.ended', ...ENDED }, 'collection ended')
    expect(lines.at(-1)).toBe(
      '[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] Collecte terminée avec succès',
    )
    expect(ended).toEqual(['match-results-1'])
  })

  it('reports a failure in one line without JSON, in French, with the reason', () => {
    const { logger, lines } = worker()
    const error = new Error('The feed\nanswered 403')
    logger.warn({ ...from, sdkComponent: 'worker', activityType: 'collectMatches', error }, 'any text')
    logger.warn({ event: 'runs.check-failed', reason: 'Temporal is away' }, 'any text')
    logger.warn({ event: 'runs.closed', closed: 1 }, 'any text')
    logger.error({ event: 'spool.segment-rejected', name: 'a.segment', reason: 'torn' }, 'any text')
    logger.warn('something without a code')
    expect(texts(lines)).toEqual([
      '[WARNING] [COLLECTOR-SERVICE] Une étape a échoué: The feed answered 403',
      "[WARNING] [COLLECTOR-SERVICE] Les collectes en cours n'ont pas pu être vérifiées: Temporal is away",
      '[WARNING] [COLLECTOR-SERVICE] 1 collecte interrompue, notée',
      "[ERROR] [COLLECTOR-SERVICE] Un fichier du spool n'a pas pu être chargé et a été mis de côté: a.segment: torn",
      '[WARNING] [COLLECTOR-SERVICE] Almanac: something without a code',
    ])
  })

  it('logs what runs of other pipelines report with --verbose alone', () => {
    const [quiet, verbose] = [worker(), worker({ verbose: true })]
    for (const { logger } of [quiet, verbose]) {
      const activity = { sdkComponent: 'worker', workflowId: 'mod-stats-1', activityType: 'collectModrinth' }
      logger.warn({ ...activity, error: new Error('Modrinth answered 503') }, 'activity failed')
      logger.warn({ workflowId: 'library-context-1' }, 'the host of this library is lost; starting over')
      logger.error({ workflowId: 'mod-stats-1', event: 'run.close-failed', reason: 'away' }, 'any text')
    }
    expect(quiet.lines).toEqual([])
    expect(texts(verbose.lines)[0]).toBe(
      '[DEBUG] [COLLECTOR-SERVICE] Autre pipeline (mod-stats-1): activity failed: Modrinth answered 503',
    )
    expect(verbose.lines).toHaveLength(3)
  })

  it('logs once that the database is unavailable, and the consequences only with --verbose', () => {
    const [quiet, verbose] = [worker(), worker({ verbose: true })]
    const away = { reason: 'connect ECONNREFUSED', failure: 'DatabaseUnavailable' }
    const full = { reason: 'No space left.', failure: 'DiskFull' }
    const error = ApplicationFailure.create({ type: away.failure, message: away.reason })
    for (const { logger } of [quiet, verbose]) {
      logger.warn({ event: 'database.unavailable', ...away }, '')
      logger.warn({ event: 'runs.check-failed', ...away }, '')
      logger.warn({ event: 'spool.waiting', ...away }, '')
      logger.warn({ event: 'database.connection-lost', reason: 'Connection terminated' }, '')
      logger.warn({ ...from, event: 'run.without-lock', ...away }, '')
      logger.warn({ ...from, sdkComponent: 'worker', activityType: 'openMatchResults', error }, '')
      logger.warn({ ...from, event: 'run.without-lock', ...full }, '')
    }
    expect(texts(quiet.lines)).toEqual([
      "[WARNING] [COLLECTOR-SERVICE] PostgreSQL n'est pas là, les lignes sont gardées sur disque jusqu'à son retour: connect ECONNREFUSED",
      "[WARNING] [COLLECTOR-SERVICE] PostgreSQL n'accepte rien: cette collecte garde ses lignes sur disque: il n’y a plus de place sur le disque (« No space left. »)",
    ])
    expect(verbose.lines).toHaveLength(7)
  })

  it('reports the same problem of successive minutes once in ten minutes', () => {
    let now = 0
    const { logger, lines } = worker({ clock: () => now })
    for (let minute = 0; minute < 30; minute++, now += 60_000)
      logger.warn({ workflowId: `match-results-${minute}`, event: 'runs.check-failed', reason: 'away' }, '')
    expect(lines).toHaveLength(3)
    logger.warn({ event: 'runs.check-failed', reason: 'something else' }, '')
    expect(lines).toHaveLength(4)
  })

  it('omits the set-up of a worker from the log, except for its failures', () => {
    const { logger, lines } = worker({ verbose: true })
    logger.info({ sdkComponent: 'worker', options: {} }, 'Creating worker')
    logger.warn({ sdkComponent: 'worker' }, 'No workflows registered, not polling for workflow tasks')
    logger.warn({ ...from, sdkComponent: 'worker', error: new Error('x') }, 'Workflow failed')
    logger.error({ sdkComponent: 'core' }, 'gRPC call failed')
    expect(texts(lines)).toEqual([
      '[DEBUG] [COLLECTOR-SERVICE] Temporal: Workflow failed: x',
      '[ERROR] [COLLECTOR-SERVICE] Temporal: gRPC call failed',
    ])
  })
})
