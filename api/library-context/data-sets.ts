/** Data sets of library-context. */
import { type DataSets, day, filter, integer, moment, number, run, text } from '../data-set.ts'

const OF_ROW = {
  observed_at: moment('When it was found, UTC'),
  run_id: run('Run that wrote the row'),
}
const LIBRARY = filter('Library, `owner/name` in lower case')
const NAME = text('Library, as GitHub shows it')
const COMMIT = 'Commit that was read'

const WEEK_DAYS = 7

export const dataSets = {
  leaderboard: {
    row: 'a library in the newest list of its domain',
    sql: `select s.domain, s.rank, s.library, l.name, s.stars, s.date, week.date as compared_with, past.rank as rank_then,
        past.stars as stars_then, l.state, l.reason as state_reason, c.file, c.bytes, c.tokens, c.engine, c.made_at,
        a.outcome as last_attempt, a.reason as attempt_reason, a.tried_at, a.next_try_at, s.run_id
      from (select domain, max(date) as date from library_snapshots where rank is not null group by domain) newest
      join library_snapshots s on s.domain = newest.domain and s.date = newest.date and s.rank is not null
      join libraries l on l.library = s.library
      cross join lateral (
        select max(w.date) as date from library_snapshots w
        where w.domain = newest.domain and w.date <= newest.date - ${WEEK_DAYS} and w.rank is not null
      ) week
      left join library_snapshots past on past.date = week.date and past.domain = s.domain and past.library = s.library
      left join library_contexts c on c.library = s.library
      left join library_attempts a on a.library = s.library`,
    columns: {
      domain: filter('Domain, as almanac.yaml names it'),
      rank: integer('Place in the list'),
      library: LIBRARY,
      name: NAME,
      stars: integer('Stars on GitHub', 'stars'),
      date: day('UTC day of the list'),
      compared_with: day('Day of the newest list that is at least a week older; empty if there is none'),
      rank_then: integer('Place in that list; empty if it was not in it'),
      stars_then: integer('Stars in that list', 'stars'),
      state: text('`present`, `archived`, `gone`, `blocked` or `unknown`'),
      state_reason: text('Why the state is not a good one'),
      file: text('File of its context, which is at `/api/context/{file}`; empty if there is none'),
      bytes: integer('Size of the context', 'bytes'),
      tokens: integer('Characters of the context / 4', 'tokens'),
      engine: text('What made the context: `contextmaker`, `static` or `imported`'),
      made_at: moment('When the context was made, UTC'),
      last_attempt: text('Outcome of the last attempt to make one: `made`, `title-only` or `failed`'),
      attempt_reason: text('What went wrong then'),
      tried_at: moment('When it was tried last, UTC'),
      next_try_at: moment('When it is tried again, UTC; empty: at the next run'),
      run_id: run('Run that wrote the list'),
    },
    order: ['domain', 'rank', 'library'],
    fewRows: true,
    direction: 'asc',
  },
  rankings: {
    row: 'a library in the list of a domain in one night',
    sql: `select s.date, s.domain, s.library, l.name, s.rank, s.stars, s.observed_at, s.run_id
      from library_snapshots s join libraries l on l.library = s.library`,
    columns: {
      date: day('UTC day on which the run began'),
      domain: filter('Domain, as almanac.yaml names it'),
      library: LIBRARY,
      name: NAME,
      rank: integer('Place in the list; empty in the first night without the library'),
      stars: integer('Stars on GitHub', 'stars'),
      ...OF_ROW,
    },
    time: 'date',
    order: ['date', 'domain', 'library'],
  },
  libraries: {
    row: 'a library that was ever asked for',
    sql: `select library, name, github_id, stars, state, reason, pushed_at, size_kb, asked_at, first_seen, observed_at, run_id
      from libraries`,
    columns: {
      library: LIBRARY,
      name: NAME,
      github_id: integer("GitHub's number, which survives renames; empty until it was asked"),
      stars: integer('Stars on GitHub', 'stars'),
      state: filter(
        '`present`, `archived`, `gone` (deleted or private), `blocked` or `unknown` (asked without an answer)',
      ),
      reason: text('Why the state is not a good one'),
      pushed_at: moment('Newest change on GitHub, UTC'),
      size_kb: integer('Size of the repository', 'kB'),
      asked_at: moment('When GitHub last reported it, UTC'),
      first_seen: moment('When it was first stored, UTC'),
      ...OF_ROW,
    },
    order: ['library'],
    direction: 'asc',
  },
  contexts: {
    row: 'the newest context of a library, without its text',
    sql: `select c.library, l.name, c.file, c.hash, c.bytes, c.tokens, c.left_out, c.commit, c.engine, c.mode, c.engine_version,
        c.measures::text as measures, c.made_at, c.left_at, c.observed_at, c.run_id
      from library_contexts c join libraries l on l.library = c.library`,
    columns: {
      library: LIBRARY,
      name: NAME,
      file: filter('Name of the file; its text is at `/api/context/{file}`'),
      hash: text('SHA-256 of the text, hexadecimal'),
      bytes: integer('Size of the text', 'bytes'),
      tokens: integer('Characters / 4', 'tokens'),
      left_out: integer('Files that the size limit left out', 'files'),
      commit: text(`${COMMIT}; empty for an imported context`),
      engine: filter('What made it: `contextmaker`, `static` or `imported`'),
      mode: filter('Mode of contextmaker: `safe`, `native` or `strip`'),
      engine_version: text('Version of what made it'),
      measures: text('What the quality gate measured, as JSON'),
      made_at: moment('When it was made, UTC'),
      left_at: moment('Since when its library is in no list, UTC; empty while it is in one'),
      ...OF_ROW,
    },
    order: ['library'],
    direction: 'asc',
  },
  attempts: {
    row: 'the last attempt to make the context of a library',
    sql: `select a.library, l.name, a.why, a.outcome, a.reason, a.failures, a.next_try_at, a.commit, a.clone_bytes, a.seconds,
        a.tried_at, a.verdicts::text as verdicts, a.observed_at, a.run_id
      from library_attempts a join libraries l on l.library = a.library`,
    columns: {
      library: LIBRARY,
      name: NAME,
      why: filter('Why it was tried, such as `new` or `changed`'),
      outcome: filter('`made`, `title-only` (no text passed the quality gate) or `failed`'),
      reason: text('What went wrong; empty if a context was made'),
      failures: integer('Failures in a row'),
      next_try_at: moment('When it is tried again, UTC; empty: at the next run'),
      commit: text(COMMIT),
      clone_bytes: integer('Size of the clone', 'bytes'),
      seconds: number('How long it took', 's'),
      tried_at: moment('When it was tried, UTC'),
      verdicts: text('What the quality gate said of the text of each engine, as JSON'),
      ...OF_ROW,
    },
    order: ['library'],
    direction: 'asc',
  },
} satisfies DataSets
