/** Tables of what upstreams say of their limits, how they answer, and what of their answers is other than known. */
import { bigint, doublePrecision, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import type { KeptTables } from '../kept.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** What each upstream last said of its limit; one row a limit, so it does not grow. */
export const upstreamBudgets = pgTable(
  'upstream_budgets',
  {
    /** Name of the client: that of its service in upstreams/. */
    client: text().notNull(),
    /** Of a client with several limits; empty for one with a single limit. */
    quota: text().notNull(),
    /** Requests, or their weight, in a window; null with `remaining` if it tells no budget. */
    most: bigint({ mode: 'number' }),
    remaining: bigint({ mode: 'number' }),
    /** End of the window: what was left then says nothing any more. */
    resetsAt: moment('resets_at'),
    /** The last time that it got no request for a while. */
    blockedAt: moment('blocked_at'),
    blockedUntil: moment('blocked_until'),
    /** Of the refusal; null if the budget ran low before. */
    blockedStatus: integer('blocked_status'),
    observedAt: moment('observed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.client, table.quota] })],
)

/** Calls of a client that ended alike and took about as long (core/upstream-calls.ts). */
const counted = () => ({
  client: text().notNull(),
  quota: text().notNull(),
  status: text().notNull(),
  /** Infinite for those that took longer than any bound. */
  withinS: doublePrecision('within_s').notNull(),
  calls: bigint({ mode: 'number' }).notNull(),
  retries: bigint({ mode: 'number' }).notNull(),
  /** What they took together. */
  seconds: doublePrecision().notNull(),
})

/** All calls since the table exists: what grows for ever is the numbers, not the rows. */
export const upstreamCalls = pgTable('upstream_calls', counted(), (table) => [
  primaryKey({ columns: [table.client, table.quota, table.status, table.withinS] }),
])

/** The same hour by hour, by the clock of the database when they were stored. */
export const upstreamCallHours = pgTable(
  'upstream_call_hours',
  { hour: moment('hour').notNull(), ...counted() },
  (table) => [primaryKey({ columns: [table.hour, table.client, table.quota, table.status, table.withinS] })],
)

/** Fields of answers that were other than known (core/upstream-fields.ts). */
export const upstreamFields = pgTable(
  'upstream_fields',
  {
    client: text().notNull(),
    object: text().notNull(),
    field: text().notNull(),
    /** `missing` or `unknown`. */
    drift: text({ enum: ['missing', 'unknown'] }).notNull(),
    /** Answers in which it was so. */
    answers: bigint({ mode: 'number' }).notNull(),
    /** Since when it is so, by the clock of the database; again if it was otherwise for days. */
    sinceAt: moment('since_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.client, table.object, table.field, table.drift] })],
)

/** Enough to compare a week with the one before. */
const HOURS_DAYS = 30

/** A drift that is over for so long was mended, or is as it should be. */
const FIELDS_DAYS = 90

export const upstreamsKept: KeptTables = {
  upstream_budgets: { grows: 'a row a limit of an upstream' },
  upstream_calls: { grows: 'some rows a limit of an upstream' },
  upstream_call_hours: {
    grows: 'some rows an hour and limit of an upstream that is asked',
    age: 'hour',
    days: HOURS_DAYS,
  },
  upstream_fields: {
    grows: 'a row for each field of an upstream that vanished, or that was never seen before',
    age: 'last_seen_at',
    days: FIELDS_DAYS,
  },
}
