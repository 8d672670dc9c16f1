/** The names in the domains' sources, filtered by name: stars are requested only for those that pass. */
import * as z from 'zod'
import { keepKnown, lastKnown } from '../../db/last-known.ts'
import type { Database } from '../../db/database.ts'
import { newestCandidates, type Candidate } from '../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { writeRows } from '../../db/write-rows.ts'
import { doubtOf, type ChangeRule } from '../../core/plausibility.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { AsclEntry } from '../../upstreams/ascl.ts'
import type { RawBody } from '../../upstreams/http.ts'
import type { RejectedRow } from '../../upstreams/payload.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'
import { domainsOf, sourceOf } from './domains.ts'
import { type ActivityContext } from './activity-context.ts'
import type { CatalogueSource, NightInput } from './inputs.ts'
import { selectCandidates } from './keywords.ts'
import type { Reason } from '../../core/reason.ts'
import { reason, implausible } from '../../wording/reason.ts'

type Domains = ReturnType<typeof domainsOf>
type Row = WritableRows['library_catalogue']

/** A name from a source. */
interface Named {
  name: string
  asclId: string | null
}

/** The response of one source tonight, before anything is stored. */
export interface SourceAnswer {
  /** Records or repositories that the source returned. */
  fetched: number
  /** By domain. */
  named: Map<string, Named[]>
  rejected: (RejectedRow & { source: string })[]
  raw: RawBody[]
  observedAt: Date
}

/**
 * A source that names less than two thirds of what it named the last time has lost something: its response is not
 * accepted. The real catalogue only grows. One of less than six names may well change by a third.
 */
const NAMES: ChangeRule = { fall: 1 / 3, judgedFrom: 6 }

/** Queries one source for all its domains and stores the candidates of each. */
export async function collectFrom(
  context: ActivityContext,
  { run, params, source }: NightInput & { source: CatalogueSource },
): Promise<SourceCounts> {
  const domains = domainsOf(context.settings, params.domain).filter((one) => sourceOf(one.source) === source)
  const answer = await askSource(context, source, domains)
  const counts = { ...NOTHING, fetched: answer.fetched, rejected: answer.rejected.length }
  const why =
    answer.rejected.length === 0 ? [] : [reason('records-refused', { records: answer.rejected.length })]
  const seen = { answer, startedAt: new Date(run.startedAt), isForced: params.force === true }
  const { rows, anomalies } = await acceptedRows(context, domains, seen)
  why.push(...anomalies)
  const { observedAt, raw, rejected } = answer
  const { retryBudget } = context
  const options = { observedAt, runId: run.runId, raw, rejected, retryBudget }
  const { written, spooled } = await writeRows(context.db, { library_catalogue: rows }, options)
  if (spooled !== undefined) keepCandidates(context.db, rows)
  return { ...counts, written, why, outcome: why.length === 0 ? 'complete' : 'partial' }
}

/** The candidates of each domain in the response of a night that started then, but for domains where it is implausible. */
export async function acceptedRows(
  context: Pick<ActivityContext, 'db' | 'retryBudget'>,
  domains: Domains,
  seen: { answer: Pick<SourceAnswer, 'named'>; startedAt: Date; isForced: boolean },
): Promise<{ rows: Row[]; anomalies: Reason[] }> {
  const rows: Row[] = []
  const anomalies: Reason[] = []
  for (const domain of domains) {
    const candidates = candidatesOf(domain, seen.answer)
    const anomaly = seen.isForced ? undefined : await anomalyOf(context, domain, candidates)
    if (anomaly === undefined) for (const one of candidates) rows.push(rowOf(domain.id, one, seen.startedAt))
    else anomalies.push(anomaly)
  }
  return { rows, anomalies }
}

/** The stars of tonight are those of tonight's candidates, also if these are still in the spool. */
function keepCandidates(db: Database, rows: readonly Row[]): void {
  for (const domain of new Set(rows.map((row) => row.domain)))
    keepKnown(
      db,
      candidatesFile(domain),
      rows.filter((row) => row.domain === domain),
    )
}

/**
 * Returns what the newest accepted snapshot of a domain's source named; without the database, what is known of it: nothing
 * of a domain that almanac.yaml has since today.
 */
export function knownCandidates(
  { db, retryBudget }: Pick<ActivityContext, 'db' | 'retryBudget'>,
  domain: string,
): Promise<Candidate[]> {
  return lastKnown(db, retryBudget, {
    name: candidatesFile(domain),
    schema: z.array(z.object({ named: z.string(), name: z.string() })),
    query: () => newestCandidates(db, domain),
    unknown: [],
  })
}

const candidatesFile = (domain: string) => `candidates-${domain}`

/** Returns what the source names for these domains. Stores nothing. */
export async function askSource(
  { ascl, github, signal, clock }: Pick<ActivityContext, 'ascl' | 'github' | 'signal' | 'clock'>,
  source: CatalogueSource,
  domains: Domains,
): Promise<SourceAnswer> {
  const nothing = { rejected: [], raw: [], observedAt: clock() }
  if (source === 'ascl') {
    const { entries, rejected, raw } = await ascl.catalogue(signal)
    return {
      fetched: entries.length,
      named: namedByAscl(entries, domains),
      rejected: rejected.map((row) => ({ ...row, source: 'ascl' })),
      raw: [raw],
      observedAt: raw.observedAt,
    }
  }
  const named = new Map<string, Named[]>()
  for (const { id, source: setting, top } of domains) {
    if (typeof setting === 'string') continue
    const names =
      'list' in setting
        ? setting.list
        : (await github.search(setting.search, SEARCHED_PER_PLACE * top, signal)).map(
            ({ fullName }) => fullName,
          )
    named.set(
      id,
      names.map((name) => ({ name, asclId: null })),
    )
  }
  return { ...nothing, fetched: [...named.values()].flat().length, named }
}

/** The catalogue names the same for every domain. */
export function namedByAscl(entries: readonly AsclEntry[], domains: Domains): SourceAnswer['named'] {
  const all = entries.flatMap(({ asclId, repositories }) => repositories.map((name) => ({ name, asclId })))
  return new Map(domains.map(({ id }) => [id, all]))
}

/** Keywords and `never` remove some: a search returns more than the list has places. */
const SEARCHED_PER_PLACE = 2

/** Returns the names in a response that a domain accepts, each repository once. */
export function candidatesOf(domain: Domains[number], { named }: Pick<SourceAnswer, 'named'>) {
  const source = sourceOf(domain.source)
  const given = named.get(domain.id) ?? []
  const byName = new Map(given.toReversed().map((one) => [foldCase(one.name), one]))
  const names = [...byName.values()].map(({ name }) => name)
  return selectCandidates(names, domain).map((name) => {
    const found = byName.get(foldCase(name))
    return { name, asclId: found?.asclId ?? null, source: found === undefined ? 'always' : source }
  })
}

/** Returns why tonight's candidates are implausible: too many of the last time's are missing. */
export async function anomalyOf(
  context: Pick<ActivityContext, 'db' | 'retryBudget'>,
  domain: Domains[number],
  candidates: { name: string }[],
): Promise<Reason | undefined> {
  const before = await knownCandidates(context, domain.id)
  // Compares only what today's settings would still accept: an edit of the keywords always takes effect.
  const names = before.map(({ name }) => name)
  const wanted = selectCandidates(names, { ...domain, always: [] })
  const found = new Set(candidates.map(({ name }) => foldCase(name)))
  const kept = wanted.filter((name) => found.has(foldCase(name))).length
  if (sourceOf(domain.source) === 'lists' || doubtOf(NAMES, wanted.length, kept) === undefined)
    return undefined
  return implausible('candidates-stay', {
    domain: domain.id,
    finding: reason('candidates-lost', { kept, of: wanted.length }),
  })
}

function rowOf(
  domain: string,
  { name, asclId, source }: ReturnType<typeof candidatesOf>[number],
  seenAt: Date,
): Row {
  return { domain, named: foldCase(name), name, asclId, source, seenAt }
}
