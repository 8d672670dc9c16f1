/** Reads and writes of library-context besides its rows: candidates, lists, renames. */
import { sql } from 'drizzle-orm'
import { ahead, dayAhead } from '../../ahead.ts'
import type { Database } from '../../database.ts'

/** A candidate of a domain, as the newest snapshot of its source named it. */
export interface Candidate {
  /** `owner/name` in lower case, as named by the source. */
  named: string
  name: string
}

/** Returns what the newest accepted snapshot of a domain's source named; empty before the first. */
export async function newestCandidates(db: Database, domain: string): Promise<Candidate[]> {
  const result = await db.execute<Candidate & Record<string, unknown>>(sql`
    select named, name from library_catalogue where domain = ${domain}
      and seen_at = (select max(seen_at) from library_catalogue
        where domain = ${domain} and not ${sql.raw(ahead('seen_at'))}) order by named`)
  return result.rows
}

/** The domains whose source ever named a candidate. */
export async function namedDomains(db: Database): Promise<Set<string>> {
  const result = await db.execute<{ domain: string }>(sql`select distinct domain from library_catalogue`)
  return new Set(result.rows.map(({ domain }) => domain))
}

/** A library as it is known so far. */
export interface KnownLibrary {
  library: string
  name: string
  githubId: number | null
  stars: number | null
  state: string
  /** Why GitHub did not report it when it was last asked; null if it did. */
  reason: string | null
  /** When GitHub last reported it. */
  askedAt: Date | null
}

/** All libraries ever seen: some hundreds, a few thousand at most. */
export async function knownLibraries(db: Database): Promise<KnownLibrary[]> {
  const result = await db.execute(sql`
    select library, name, github_id, stars, state, reason, asked_at from libraries order by library`)
  return result.rows.map((row) => ({
    library: row['library'] as string,
    name: row['name'] as string,
    githubId: row['github_id'] === null ? null : Number(row['github_id']),
    stars: row['stars'] as number | null,
    state: row['state'] as string,
    reason: row['reason'] as string | null,
    askedAt: row['asked_at'] === null ? null : new Date(row['asked_at'] as string),
  }))
}

/** The libraries that were seen for the first time then or later. */
export async function firstSeenSince(db: Database, since: Date): Promise<Set<string>> {
  const result = await db.execute<{ library: string }>(
    sql`select library from libraries where first_seen >= ${since.toISOString()} and not ${sql.raw(ahead('first_seen'))}`,
  )
  return new Set(result.rows.map(({ library }) => library))
}

/** A place in a domain's list. */
export interface Place {
  library: string
  rank: number
  stars: number | null
}

/** The newest list of a domain, by rank, and the UTC date of its night; undefined before the first. */
export async function newestList(
  db: Database,
  domain: string,
  before?: string,
): Promise<{ date: string; listedAt: Date; places: Place[] } | undefined> {
  const day = before === undefined ? sql`` : sql`and date < ${before}`
  const result = await db.execute<
    Place & { date: string; observed_at: string } & Record<string, unknown>
  >(sql`
    select date::text as date, library, rank, stars, observed_at from library_snapshots
    where domain = ${domain} and rank is not null
      and date = (select max(date) from library_snapshots where domain = ${domain} and rank is not null
        and not ${sql.raw(dayAhead('date'))} ${day})
    order by rank`)
  const [first] = result.rows
  if (first === undefined) return undefined
  const moments = result.rows.map((row) => new Date(row.observed_at).getTime())
  return {
    date: first.date,
    listedAt: new Date(Math.max(...moments)),
    places: result.rows.map(({ library, rank, stars }) => ({ library, rank, stars })),
  }
}

/** Whether a run stored places of a domain's list. */
export async function listedBy(db: Database, runId: string, domain: string): Promise<boolean> {
  const result = await db.execute(
    sql`select 1 from library_snapshots where run_id = ${runId} and domain = ${domain} limit 1`,
  )
  return result.rows.length > 0
}

/** A repository that now has another name. */
export interface Rename {
  from: string
  to: string
  name: string
  /** Run that found it gone, and its name another repository's: it keeps its history under a key of its own. */
  replacedIn?: string
}

/**
 * Moves renamed libraries, and with them their places, contexts and attempts. If the new name already has a row, both
 * are one library: it takes over what it lacks, and the old row is removed.
 */
export async function renameLibraries(db: Database, renames: readonly Rename[]): Promise<void> {
  if (renames.length === 0) return
  const taken = new Set(renames.map(({ to }) => to))
  await db.transaction(async (tx) => {
    const moves = []
    for (const rename of renames) {
      // Its name is another one's now: both must not meet under it.
      const from = taken.has(rename.from) ? `${rename.from}#moving` : rename.from
      if (from !== rename.from)
        await tx.execute(sql`update libraries set library = ${from} where library = ${rename.from}`)
      moves.push({ ...rename, from })
    }
    for (const { from, to, name, replacedIn } of moves) {
      if (replacedIn !== undefined)
        await tx.execute(sql`with gone as (
            update libraries set state = 'gone', run_id = ${replacedIn} where library = ${from})
          delete from library_contexts where library = ${from}`)
      const target = await tx.execute(sql`select 1 from libraries where library = ${to}`)
      if (target.rows.length === 0) {
        await tx.execute(sql`update libraries set library = ${to}, name = ${name} where library = ${from}`)
        continue
      }
      await tx.execute(sql`update library_contexts set library = ${to} where library = ${from}
        and not exists (select 1 from library_contexts where library = ${to})`)
      await tx.execute(sql`update library_snapshots as old set library = ${to} where library = ${from}
        and not exists (select 1 from library_snapshots as own
          where own.library = ${to} and own.date = old.date and own.domain = old.domain)`)
      await tx.execute(sql`update library_attempts set library = ${to} where library = ${from}
        and not exists (select 1 from library_attempts where library = ${to})`)
      await tx.execute(sql`update library_names set library = ${to} where library = ${from}`)
      await tx.execute(sql`delete from libraries where library = ${from}`)
    }
  })
}

/** The names of the libraries that a run found gone, and their names another repository's. */
export async function replacedIn(db: Database, runId: string): Promise<string[]> {
  const result = await db.execute<{ name: string }>(sql`
    select name from libraries where run_id = ${runId} and state = 'gone' and library = lower(name) || '#' || github_id
    order by library`)
  return result.rows.map(({ name }) => name)
}

/** Returns which library a name leads to; with `since`, only names that were asked then or later. */
export async function namesOf(db: Database, since?: Date): Promise<Map<string, string>> {
  const when =
    since === undefined
      ? sql``
      : sql`where observed_at >= ${since.toISOString()} and not ${sql.raw(ahead('observed_at'))}`
  const result = await db.execute<{ named: string; library: string }>(
    sql`select named, library from library_names ${when}`,
  )
  return new Map(result.rows.map(({ named, library }) => [named, library]))
}
