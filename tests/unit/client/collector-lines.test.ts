/** The collector's log: the document's lines, on the console and in a file, and what each record of the worker becomes. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatLine, openCollectorLog, type LineLevel } from '../../../client/collector/log-lines.ts'
import { collectedBy } from '../../../activities/match-results/told.ts'
import { endLines, linesOf } from '../../../client/collector/told-lines.ts'
import { openWorkerLog } from '../../../client/collector/worker-log.ts'
import { RUN_OUTCOMES } from '../../../run-outcome.ts'

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
  ...{ outcome: 'complete', fetched: 40, written: 12, spooled: 0, confirmed: 2, lastSeen: 1 },
  ...{ open: 36, duplicates: 1, rejected: 0, why: [] as string[] },
}

describe('what the steps tell', () => {
  it('starts as the document has it', () => {
    expect(linesOf('collection started', {})).toEqual([
      { level: 'INFO', text: 'Démarrage de la collecte...' },
    ])
  })

  it.each([
    ['confirmed', 'OK Match terminé sauvegardé: Team1 vs Team2 (2-1)'],
    ['last-seen', 'Match disparu, dernier score vu: Team1 vs Team2 (2-1)'],
    [null, 'Match terminé, résultat attendu: Team1 vs Team2 (2-1)'],
    // Temporal's logger leaves out what is null.
    [undefined, 'Match terminé, résultat attendu: Team1 vs Team2 (2-1)'],
  ])('of a match that is over says how sure it is: %s', (confidence, text) => {
    const match = { eventId: 1, team1: 'Team1', team2: 'Team2', score1: 2, score2: 1, confidence }
    expect(linesOf('match over', match)).toEqual([{ level: 'INFO', text }])
  })

  it('of a match that goes on says why it does not count, at level DEBUG', () => {
    const match = { team1: 'A', team2: 'B', score1: 1, score2: 0, status: '3 minutes', reason: 'live' }
    expect(linesOf('match not over', match)).toEqual([
      {
        level: 'DEBUG',
        text: "Match ignoré (non terminé): A vs B - Score: 1-0 - Statut: '3 minutes' - live",
      },
    ])
    const { score1, score2, status, ...bare } = match
    expect([score1, score2, status]).toHaveLength(3)
    expect(linesOf('match not over', bare)).toEqual([
      { level: 'DEBUG', text: "Match ignoré (non terminé): A vs B - Score: ?-? - Statut: '' - live" },
    ])
  })

  it('ends with the counts and the verdict', () => {
    expect(linesOf('collection ended', ENDED)).toEqual([
      {
        level: 'INFO',
        text: 'RESUME OK: 2 | DERNIER SCORE VU: 1 | EN ATTENTE: 36 | DOUBLON: 1 | ERREUR: 0 (40 lu(s), 12 écrit(s))',
      },
      { level: 'INFO', text: 'Collecte terminée avec succès' },
    ])
    expect(
      linesOf('collection ended', {
        ...ENDED,
        outcome: 'partial',
        spooled: 1,
        why: ['feed: truncated', 'truncated'],
      }),
    ).toEqual([
      { level: 'INFO', text: expect.stringContaining('1 gardé(s) dans le spool') as string },
      { level: 'WARNING', text: 'Collecte partielle: feed: truncated' },
    ])
  })

  it.each(RUN_OUTCOMES)(
    'calls a collection a success where it was complete, and never else: %s',
    (outcome) => {
      const [verdict] = endLines({ ...ENDED, outcome, why: ['x'] }).slice(-1)
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
    const part = { outcome: 'failed' as const, fetched: 3, written: 2, rejected: 1, why: ['Blocked: 403'] }
    expect(
      collectedBy({
        outcome: 'failed',
        counts: { feed: part, results: { ...part, spooled: 4 } },
        error: { type: 'RunFailed', message: 'feed: Blocked: 403' },
      }),
    ).toMatchObject({ fetched: 6, written: 4, rejected: 2, spooled: 4 })
  })
})

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

  it('tells what went wrong in one line without JSON, with the error', () => {
    const { logger, lines } = worker()
    const error = new Error('The feed\nanswered 403')
    logger.warn({ ...from, sdkComponent: 'worker', activityType: 'collectMatches', error }, 'Activity failed')
    expect(lines).toEqual([
      '[2025-12-06 10:30:45] [WARNING] [COLLECTOR-SERVICE] Activity failed (activityType: collectMatches, error: The feed answered 403)',
    ])
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
      'gRPC call failed',
      'Activity started (workflowId: match-results-1, attempt: 1)',
    ])
  })

  it('says what came out of the spool', () => {
    const { logger, lines } = worker()
    logger.info({ segments: 2, rows: 80, runs: 1, pipelines: ['x'] }, 'loaded rows from the spool')
    expect(lines).toEqual([
      '[2025-12-06 10:30:45] [INFO] [COLLECTOR-SERVICE] 80 ligne(s) du spool (2 segment(s)) chargée(s) dans PostgreSQL',
    ])
  })
})
