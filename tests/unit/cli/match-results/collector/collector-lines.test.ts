/** The collector's log: the document's lines, on the console and in a file, and what each record of the worker becomes. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  formatLine,
  openCollectorLog,
  type LineLevel,
} from '../../../../../cli/match-results/collector/log-lines.ts'
import { collectedBy, turnOf, type Standing } from '../../../../../activities/match-results/told.ts'
import { endLines, linesOf } from '../../../../../cli/match-results/collector/told-lines.ts'
import { openWorkerLog } from '../../../../../cli/match-results/collector/worker-log.ts'
import { RUN_OUTCOMES } from '../../../../../core/run-outcome.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'
import { textReason, type Reason } from '../../../../../core/reason.ts'

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
  ])('has the form of the document: %s', (level, text, line) => {
    expect(formatLine({ level, text }, AT)).toBe(line)
  })

  it('is one line, whatever the names of the teams hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = formatLine({ level: 'INFO', text: `a${text}\n[2025-12-06 10:30:45] [INFO] x` }, AT)
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(line.startsWith('[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] a')).toBe(true)
      }),
    )
  })

  it('of level DEBUG is written with --verbose alone', () => {
    const [quiet, verbose] = [opened(), opened({ verbose: true })]
    for (const { log } of [quiet, verbose]) log.line('DEBUG', 'x')
    expect(quiet.lines).toEqual([])
    expect(verbose.lines).toEqual(['[2025-12-06 10:30:45] [DEBUG] [COLLECTOR-SERVICE] x'])
  })
})

describe('the log file', () => {
  it('gets every line of the console, in a folder that is made', () => {
    const logFile = join(folder, 'logs', 'deep', 'collector.log')
    const { log, lines } = opened({ logFile })
    log.line('INFO', 'été')
    log.line('ERROR', 'fin')
    expect(lines).toHaveLength(2)
    expect(readFileSync(logFile, 'utf8')).toBe(`${lines.join('\n')}\n`)
  })

  it('is added to, and begins anew where it was moved away', () => {
    const logFile = join(folder, 'collector.log')
    opened({ logFile }).log.line('INFO', 'one')
    const { log } = opened({ logFile })
    log.line('INFO', 'two')
    renameSync(logFile, `${logFile}.1`)
    log.line('INFO', 'three')
    expect(readFileSync(`${logFile}.1`, 'utf8')).toMatch(/one\n.*two\n$/)
    expect(readFileSync(logFile, 'utf8')).toMatch(/three\n$/)
  })

  it('that cannot be written ends the start with a sentence', () => {
    expect(() => opened({ logFile: folder })).toThrow(expect.objectContaining({ type: 'Misconfigured' }))
  })

  it('that cannot be written any more is told once, and the console goes on', () => {
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
  outcome: 'complete',
  isReprise: false,
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
  isReprise: false,
  fetched: 0,
  results: 0,
  written: 0,
  spooled: 0,
  rejected: 0,
  why: [textReason('Blocked: 403')],
}

const info = (text: string) => [{ level: 'INFO', text }]

describe('what the steps tell', () => {
  it('starts as the document has it, and a run after a drain as what it is', () => {
    expect(linesOf('collection started', { isReprise: false })).toEqual(info('Démarrage de la collecte...'))
    expect(linesOf('collection started', { isReprise: true })).toEqual(
      info('Reprise des lignes gardées sur disque...'),
    )
  })

  it.each([
    ['confirmed', 'OK Match terminé sauvegardé: Team1 vs Team2 (2-1)'],
    ['last-seen', 'Match disparu, dernier score vu: Team1 vs Team2 (2-1)'],
  ])('of a match that is over says how sure it is: %s', (confidence, text) => {
    const match = { eventId: 1, team1: 'Team1', team2: 'Team2', score1: 2, score2: 1, confidence }
    expect(linesOf('match over', match)).toEqual(info(text))
  })

  it('of a result that became another one names both, and tells of a match that is played again', () => {
    const match = { eventId: 1, team1: 'Team1', team2: 'Team2', score1: 2, score2: 2 }
    expect(linesOf('match corrected', { ...match, was1: 2, was2: 3 })).toEqual(
      info('Correction: Team1 vs Team2 (2-3 -> 2-2)'),
    )
    expect(linesOf('match resumed', match)).toEqual(info('Match repris: Team1 vs Team2 (2-2)'))
  })

  it.each([
    ['seen', 'pas encore commencé'],
    ['live', 'en cours'],
    ['suspended', 'suspendu'],
    ['vanished', 'disparu du flux, résultat pas encore connu'],
  ])('of a match that does not count says why, at level DEBUG: %s', (reason, words) => {
    const match = { team1: 'A', team2: 'B', score1: 1, score2: 0, status: '3 minutes', reason }
    const text = `Match ignoré (non terminé): A vs B - Score: 1-0 - Statut: '3 minutes' - ${words}`
    expect(linesOf('match not over', match)).toEqual([{ level: 'DEBUG', text }])
    // Temporal's logger leaves out what is null.
    const bare = `Match ignoré (non terminé): A vs B - Score: ?-? - Statut: '' - ${words}`
    expect(linesOf('match not over', { team1: 'A', team2: 'B', reason })).toEqual([
      { level: 'DEBUG', text: bare },
    ])
  })

  it('ends with the counts in their units and the verdict', () => {
    expect(linesOf('collection ended', ENDED)).toEqual([
      ...info(
        'RESUME OK: 2 | DERNIER SCORE VU: 1 | EN ATTENTE: 36 | DOUBLON: 1 | ERREUR: 0 (40 matchs lus, 12 lignes écrites)',
      ),
      ...info('Collecte terminée avec succès'),
    ])
    const why = [textReason('feed: truncated'), { code: 'spooled', values: { rows: 1 } }]
    const partial = { outcome: 'partial', fetched: 1, results: 2, written: 0, spooled: 1, why }
    expect(linesOf('collection ended', { ...ENDED, ...partial })).toEqual([
      ...info(
        'RESUME OK: 2 | DERNIER SCORE VU: 1 | EN ATTENTE: 36 | DOUBLON: 1 | ERREUR: 0 (1 match lu, 2 résultats reçus, 0 ligne écrite, 1 relevé gardé sur disque)',
      ),
      {
        level: 'WARNING',
        text: "Collecte partielle: feed: truncated; 1 relevé gardé sur disque, PostgreSQL n'est pas là",
      },
    ])
  })

  it('leaves out what is not known, and sums nothing up where nothing is', () => {
    expect(endLines({ ...BARE, outcome: 'partial', fetched: 3 })[0]).toEqual(
      info('RESUME ERREUR: 0 (3 matchs lus, 0 ligne écrite)')[0],
    )
    expect(linesOf('collection ended', BARE)).toEqual([
      { level: 'ERROR', text: 'Collecte échouée: Blocked: 403' },
    ])
  })

  it('of a run after a drain is no collection', () => {
    expect(endLines({ ...BARE, outcome: 'complete', isReprise: true, written: 89 })).toEqual(
      info('Reprise terminée: 89 lignes écrites'),
    )
    expect(endLines({ ...BARE, isReprise: true })).toEqual([
      { level: 'ERROR', text: 'Reprise échouée: Blocked: 403' },
    ])
  })

  it.each(RUN_OUTCOMES)(
    'calls a collection a success where it was complete, and never else: %s',
    (outcome) => {
      const [verdict] = endLines({ ...ENDED, outcome, why: [textReason('x')] }).slice(-1)
      expect(verdict?.text.includes('avec succès')).toBe(outcome === 'complete')
      const levels = { complete: 'INFO', skipped: 'INFO', partial: 'WARNING', cancelled: 'WARNING' }
      expect(verdict?.level).toBe({ ...levels, failed: 'ERROR', interrupted: 'ERROR' }[outcome])
    },
  )

  it('is not made up where a record is of another form', () => {
    expect(linesOf('match over', { team1: 'A' })).toBeUndefined()
    expect(linesOf('something else', ENDED)).toBeUndefined()
  })

  it("of another process' run is made of its ending", () => {
    const blocked = textReason('Blocked: 403')
    const part = { outcome: 'failed' as const, fetched: 3, written: 2, rejected: 1, why: [blocked] }
    const ending = {
      outcome: 'failed' as const,
      counts: { feed: part, results: { ...part, fetched: 5, spooled: 4 } },
      error: { code: 'RunFailed', values: { sources: [] } },
    }
    const sums = { fetched: 3, results: 5, written: 4, rejected: 2, spooled: 4, isReprise: true }
    // Each reason once, and not again as the reason of the whole.
    expect(collectedBy(ending, true)).toMatchObject({ ...sums, why: [blocked] })
  })
})

describe('what became of a match', () => {
  const open: Standing = { score1: 1, score2: 0, confidence: null }
  const gone: Standing = { score1: 1, score2: 0, confidence: 'last-seen' }
  const won: Standing = { score1: 1, score2: 0, confidence: 'confirmed' }
  const drawn: Standing = { score1: 1, score2: 1, confidence: 'confirmed' }
  it.each<[string, Standing | undefined, Standing, ReturnType<typeof turnOf>]>([
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
  ])('is told of one that was %s', (_, before, now, turn) => {
    expect(turnOf(before, now)).toBe(turn)
  })
})

const SEGMENT_ASIDE = 'a segment of the spool could not be loaded and was put aside'
const TAKES_NOTHING = 'the database takes nothing: this run has no lock, and keeps its rows in the spool'

describe("the worker's log", () => {
  /** What a worker writes as Temporal's runtime hands it on. */
  function worker({ verbose = false, clock = () => 0 }: { verbose?: boolean; clock?: () => number } = {}) {
    const { log, lines } = opened({ verbose })
    return { ...openWorkerLog(log, clock), lines }
  }
  const from = { sdkComponent: 'activity', workflowId: 'match-results-1', attempt: 1 }

  it('becomes lines of the document, and remembers whose end was told', () => {
    const { logger, lines, hasTold, forget } = worker()
    logger.info({ ...from, ...ENDED }, 'collection ended')
    expect(lines.at(-1)).toBe(
      '[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] Collecte terminée avec succès',
    )
    expect([hasTold('match-results-1'), hasTold('match-results-2')]).toEqual([true, false])
    forget('match-results-1')
    expect(hasTold('match-results-1')).toBe(false)
  })

  const texts = (lines: string[]) => lines.map((line) => line.replace(/^\[.*?\] /, ''))

  it('tells what went wrong in one line without JSON, in French, with the reason', () => {
    const { logger, lines } = worker()
    const error = new Error('The feed\nanswered 403')
    logger.warn({ ...from, sdkComponent: 'worker', activityType: 'collectMatches', error }, 'Activity failed')
    logger.warn({ reason: 'Temporal is away' }, 'could not look at open runs; next time')
    logger.warn({ closed: 1 }, 'closed the records of runs that had ended without doing so')
    logger.error({ name: 'a.segment', reason: 'torn' }, SEGMENT_ASIDE)
    logger.warn('the spool holds 900 of 1000 MB')
    expect(texts(lines)).toEqual([
      '[WARNING] [COLLECTOR-SERVICE] Une étape a échoué: The feed answered 403',
      "[WARNING] [COLLECTOR-SERVICE] Les collectes en cours n'ont pas pu être vérifiées: Temporal is away",
      '[WARNING] [COLLECTOR-SERVICE] 1 collecte interrompue, notée',
      "[ERROR] [COLLECTOR-SERVICE] Un fichier du spool n'a pas pu être chargé et a été mis de côté: a.segment: torn",
      '[WARNING] [COLLECTOR-SERVICE] Almanac: the spool holds 900 of 1000 MB',
    ])
  })

  it('leaves it to the watch of the database to say that it is away, but for a full disk there', () => {
    const [quiet, verbose] = [worker(), worker({ verbose: true })]
    const why =
      'The database said: connect ECONNREFUSED 127.0.0.1:1. Start PostgreSQL or correct DATABASE_URL.'
    for (const { logger } of [quiet, verbose]) {
      logger.warn({ reason: why }, 'could not look at open runs; next time')
      logger.warn({ reason: why }, 'the spool waits for the database')
      logger.warn({ reason: 'Connection terminated unexpectedly' }, 'a database connection broke')
      logger.warn({ ...from, why }, TAKES_NOTHING)
      logger.warn({ ...from, error: new Error(why), activityType: 'openMatchResults' }, 'Activity failed')
      logger.warn({ ...from, why: 'No space left. Free space on the database server.' }, TAKES_NOTHING)
    }
    expect(texts(quiet.lines)).toEqual([
      "[WARNING] [COLLECTOR-SERVICE] PostgreSQL n'accepte rien: cette collecte garde ses lignes sur disque: No space left. Free space on the database server.",
    ])
    expect(verbose.lines).toHaveLength(6)
  })

  it('tells the same trouble of minute after minute once in a while', () => {
    let now = 0
    const { logger, lines } = worker({ clock: () => now })
    for (let minute = 0; minute < 30; minute++, now += 60_000)
      logger.warn({ workflowId: `match-results-${minute}`, reason: 'away' }, 'could not look')
    expect(lines).toHaveLength(3)
    logger.warn({ reason: 'something else' }, 'could not look')
    expect(lines).toHaveLength(4)
  })

  it('leaves out how a worker is set up, but for what goes wrong in it', () => {
    const { logger, lines } = worker({ verbose: true })
    logger.info({ sdkComponent: 'worker', options: {} }, 'Creating worker')
    logger.warn({ sdkComponent: 'worker' }, 'No workflows registered, not polling for workflow tasks')
    logger.warn({ ...from, sdkComponent: 'worker', error: new Error('x') }, 'Workflow failed')
    logger.error({ sdkComponent: 'core' }, 'gRPC call failed')
    logger.debug({ ...from, sdkComponent: 'worker' }, 'Activity started')
    expect(lines.map((line) => line.replace(/^.*SERVICE\] /, ''))).toEqual([
      'Temporal: gRPC call failed',
      'Activity started (workflowId: match-results-1, attempt: 1)',
    ])
  })

  it('says what came out of the spool', () => {
    const { logger, lines } = worker()
    logger.info({ segments: 2, rows: 80, runs: 1, pipelines: ['x'] }, 'loaded rows from the spool')
    expect(texts(lines)).toEqual([
      '[INFO] [COLLECTOR-SERVICE] Chargement dans PostgreSQL: 80 lignes gardées sur disque (2 fichiers)',
    ])
  })
})
