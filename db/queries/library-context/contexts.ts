/** Contexts and attempts: what a night decides from, what is published, what is reported. */
import { sql } from 'drizzle-orm'
import { ahead, dayAhead, notAhead } from '../../ahead.ts'
import type { Database } from '../../database.ts'

/** A listed library, with what a night needs to decide about it. */
export interface ListedLibrary {
  library: string
  name: string
  pushedAt: Date | null
  /** Commit of the stored context; null for an imported one. */
  commit: string | null
  hasContext: boolean
  /** Whether the built-in reader made the context because contextmaker was unavailable. */
  lacksContextmaker: boolean
  failures: number
  nextTryAt: Date | null
  /** Why the last attempt failed; null if it did not. */
  reason: string | null
  /** Run of the last attempt. */
  triedBy: string | null
}

/** Newest list of each domain, as a relation: domain, library, rank, stars, date. */
function currentPlaces(domains: readonly string[]) {
  return sql`(select place.domain, place.library, place.rank, place.stars, place.date
    from unnest(${sql.param(domains)}::text[]) as wanted(domain)
      join lateral (select max(date) as date from library_snapshots
        where domain = wanted.domain and rank is not null and not ${sql.raw(dayAhead('date'))}) as newest on true
      join library_snapshots as place on place.domain = wanted.domain and place.date = newest.date
    where place.rank is not null)`
}

/** Libraries of these domains' newest lists, best places first, each once; `only` is one library, listed or not. */
export async function listedLibraries(
  db: Database,
  domains: readonly string[],
  only?: string,
): Promise<ListedLibrary[]> {
  const which =
    only === undefined
      ? sql`join (select library, min(rank) as rank from ${currentPlaces(domains)} as places group by library) as listed
          using (library)`
      : sql`cross join (select 1 as rank) as listed`
  const where = only === undefined ? sql`` : sql`where l.library = ${only}`
  const result = await db.execute(sql`
    select l.library, l.name, l.pushed_at, c.commit, c.library is not null as has_context,
      coalesce(c.engine = 'static' and not a.verdicts @> '[{"engine": "contextmaker"}]', false) as lacks_contextmaker,
      coalesce(a.failures, 0) as failures, case when not ${sql.raw(ahead('a.tried_at'))} then a.next_try_at end as next_try_at, a.run_id as tried_by,
      case when a.outcome <> 'made' then a.reason end as reason
    from libraries as l ${which}
      left join library_contexts as c using (library) left join library_attempts as a using (library)
    ${where} order by listed.rank, l.library`)
  return result.rows.map((row) => ({
    library: row['library'] as string,
    name: row['name'] as string,
    pushedAt: dateOf(row['pushed_at']),
    commit: row['commit'] as string | null,
    hasContext: row['has_context'] as boolean,
    lacksContextmaker: row['lacks_contextmaker'] as boolean,
    failures: row['failures'] as number,
    nextTryAt: dateOf(row['next_try_at']),
    reason: row['reason'] as string | null,
    triedBy: row['tried_by'] as string | null,
  }))
}

function dateOf(value: unknown): Date | null {
  return value === null || value === undefined ? null : new Date(value as string)
}

/** A stored context without its text. */
export interface StoredContext {
  library: string
  name: string
  file: string
  hash: string
  bytes: number
  tokens: number
  engine: string
  mode: string | null
  commit: string | null
  madeAt: Date
  leftAt: Date | null
}

/** Returns all contexts, including those of libraries that left the lists. */
export async function storedContexts(db: Database): Promise<StoredContext[]> {
  const result = await db.execute(sql`
    select library, l.name, file, hash, bytes, tokens, engine, mode, commit, made_at, left_at
    from library_contexts join libraries as l using (library) order by library`)
  return result.rows.map((row) => ({
    ...(row as unknown as StoredContext),
    madeAt: new Date(row['made_at'] as string),
    leftAt: dateOf(row['left_at']),
  }))
}

/** The text of one context. */
export async function contextText(db: Database, library: string): Promise<string | undefined> {
  const result = await db.execute<{ markdown: string }>(
    sql`select markdown from library_contexts where library = ${library}`,
  )
  return result.rows[0]?.markdown
}

/** A context as it is served. */
export interface ContextWithText {
  file: string
  markdown: string
  hash: string
  madeAt: Date
}

/**
 * Returns the context with this file name in any case. Else those of all libraries with the name before `-context.txt`,
 * as links to the files call them; several if several owners have one.
 */
export async function contextsNamed(db: Database, file: string): Promise<ContextWithText[]> {
  const fields = sql`select file, markdown, hash, (extract(epoch from made_at) * 1000)::float8 as made_ms from library_contexts`
  const own = await db.execute<ServedRow>(sql`${fields} where lower(file) = lower(${file})`)
  const { rows } =
    own.rows.length > 0
      ? own
      : await db.execute<ServedRow>(
          sql`${fields} where split_part(library, '/', 2) || '-context.txt' = lower(${file}) order by library`,
        )
  return rows.map(({ made_ms, ...context }) => ({ ...context, madeAt: new Date(made_ms) }))
}

interface ServedRow extends Omit<ContextWithText, 'madeAt'>, Record<string, unknown> {
  made_ms: number
}

/** Stores the new file names of contexts whose libraries were renamed. Call it in a transaction. */
export async function renameContextFiles(
  tx: Database,
  files: readonly Pick<StoredContext, 'library' | 'file'>[],
): Promise<void> {
  const libraries = files.map(({ library }) => library)
  // By way of names that no file has: a new name may be the former one of another context.
  await tx.execute(
    sql`update library_contexts set file = library where library = any(${sql.param(libraries)}::text[])`,
  )
  await tx.execute(sql`update library_contexts as c set file = renamed.file
    from unnest(${sql.param(libraries)}::text[], ${sql.param(files.map(({ file }) => file))}::text[])
      as renamed(library, file)
    where c.library = renamed.library`)
}

/** Marks since when the libraries of contexts are in no list of these domains, and takes the mark from those that are. */
export async function markLeft(db: Database, domains: readonly string[], now: Date): Promise<void> {
  await db.execute(sql`
    update library_contexts as c set left_at = case when listed.library is null then ${notAhead(now)} end
    from library_contexts as every left join (select distinct library from ${currentPlaces(domains)} as places) as listed
      using (library)
    where every.library = c.library and (c.left_at is null) = (listed.library is null)`)
}

/** Removes the context of one library; what is known of the library stays. */
export async function removeContext(db: Database, library: string): Promise<void> {
  await db.execute(sql`delete from library_contexts where library = ${library}`)
}

/** What a run did to one library's context. */
export interface Attempt {
  name: string
  why: string
  outcome: string
  reason: string | null
  engine: string | null
  mode: string | null
  tokens: number | null
  cloneBytes: number
  seconds: number
}

/** The attempts of a run, by name. */
export async function attemptsOf(db: Database, runId: string): Promise<Attempt[]> {
  const result = await db.execute(sql`
    select l.name, a.why, a.outcome, a.reason, coalesce(a.clone_bytes, 0) as "cloneBytes", a.seconds,
      c.engine, c.mode, c.tokens
    from library_attempts as a join libraries as l using (library)
      left join library_contexts as c on c.library = a.library and a.outcome = 'made'
    where a.run_id = ${runId} order by lower(l.name)`)
  return result.rows.map((row) => ({
    ...(row as unknown as Attempt),
    cloneBytes: Number(row['cloneBytes']),
  }))
}
