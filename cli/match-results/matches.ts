/** `almanac matches`: the newest matches, how sure each is, and the life of one. */
import { almanacCommand } from '../../core/command-name.ts'
import { matchCounts, matchWithLife, newestMatches } from '../../db/queries/match-results/match-report.ts'
import { withDatabase } from '../../client/connection.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { lifeLines } from './life-table.ts'
import { figureLines, matchTable } from './match-table.ts'
import { matchView, observationView } from '../../client/match-results/match-view.ts'
import { print, printJson } from '../output.ts'
import { stackName } from '../command-context.ts'
import { printWrapped } from '../output.ts'

interface MatchesOptions extends GlobalOptions {
  league?: string
  team?: string
  state?: string
  confirmed?: boolean
  limit: number
  json?: boolean
}

/** Prints the newest matches of the feed, and the figures of all that `--league` and `--team` leave. */
export async function list(options: MatchesOptions): Promise<void> {
  const { league, team, state, limit } = options
  const config = configOf(options)
  const filter = { feed: config.tracked['match-results'].feed.name, league, team }
  await withDatabase(config, async ({ db }) => {
    const only = { state, onlyConfirmed: options.confirmed, limit }
    const rows = await newestMatches(db, { ...filter, ...only })
    const counts = await matchCounts(db, filter)
    const matches = rows.map(matchView)
    if (options.json) {
      printJson({ matches, figures: counts })
      return
    }
    const stack = stackName(config)
    if (counts.matches === 0) {
      print(stack + noMatches(options))
      return
    }
    print(matches.length === 0 ? `${stack}no such match` : matchTable(matches))
    print()
    for (const line of figureLines(counts)) printWrapped(stack + line)
  })
}

function noMatches({ league, team }: MatchesOptions): string {
  if (league !== undefined || team !== undefined) return 'no such match'
  return `no matches yet; "${almanacCommand('run match-results --wait')}" polls the feed`
}

/** Prints the life of one match. Throws `WrongUsage` if `event` is no event id, or the feed has none of this id. */
export async function show(
  event: string,
  options: GlobalOptions & { json?: boolean | undefined },
): Promise<void> {
  const eventId = /^-?\d+$/.test(event) ? Number(event) : NaN
  if (!Number.isSafeInteger(eventId))
    throw new WrongUsage(
      `"${event}" is not an event id; expected a whole number, as "${almanacCommand('matches')}" lists them.`,
    )
  const config = configOf(options)
  const feed = config.tracked['match-results'].feed.name
  await withDatabase(config, async ({ db }) => {
    const found = await matchWithLife(db, feed, eventId)
    if (found === undefined)
      throw new WrongUsage(
        `There is no match ${eventId} of ${feed}; "${almanacCommand('matches')}" lists them.`,
      )
    const match = matchView(found.match)
    const observations = found.observations.map(observationView)
    if (options.json) {
      printJson({ ...match, observations })
      return
    }
    const [first = '', ...others] = lifeLines(match, observations)
    printWrapped(stackName(config) + first)
    for (const line of others) printWrapped(line)
  })
}
