/** What must hold of the rows of library-context. */
import { day, minutesAgo, testChecks } from '../../support/planted-breaches.ts'

const named = (at: number) => `owner/library-${at}`
const library = (at: number): [string, Record<string, unknown>] => [
  'libraries',
  { library: named(at), state: 'present' },
]
const place = { date: day(0), domain: 'astronomy', library: named(0) }
/** A list of twelve that was cut to five. */
const cut = [
  [1, 12],
  [2, 12],
  [3, 12],
  [0, 5],
] as const

testChecks('library-context', {
  parents: [
    ...Array.from({ length: 12 }, (_, at) => library(at)),
    // Its source named it today; of other domains it did not, as of one that a person removed.
    ['library_catalogue', { domain: 'biology', seen_at: minutesAgo(0) }],
  ],
  planted: {
    'library_catalogue seen_at-ahead': [{ domain: 'astronomy', seen_at: minutesAgo(-60) }],
    'library_snapshots date-ahead': [{ ...place, date: day(-2) }],
    'library_snapshots rank-range': [{ ...place, rank: 0 }],
    'library_snapshots stars-range': [{ ...place, stars: -1 }],
    'library_snapshots count': cut.flatMap(([ago, count]) =>
      Array.from({ length: count }, (_, at) => ({
        date: day(ago),
        domain: 'astronomy',
        library: named(at),
        rank: at + 1,
      })),
    ),
    'library_snapshots groups': [
      { ...place, rank: 1 },
      ...['biology', 'removed'].flatMap((domain) =>
        [1, 2, 3].map((ago) => ({ ...place, domain, date: day(ago), rank: 1 })),
      ),
    ],
    'library_contexts bytes-range': [{ library: named(0), bytes: 0, tokens: 1 }],
    'library_contexts tokens-range': [{ library: named(0), bytes: 1, tokens: 0 }],
    'library_contexts made_at-ahead': [{ library: named(0), bytes: 1, tokens: 1, made_at: minutesAgo(-60) }],
    'library_attempts seconds-range': [{ library: named(0), seconds: -1 }],
    'library_attempts tried_at-ahead': [{ library: named(0), tried_at: minutesAgo(-60) }],
    'libraries stars-range': [{ library: 'owner/other', state: 'present', stars: -1 }],
    'libraries asked_at-ahead': [{ library: 'owner/other', state: 'present', asked_at: minutesAgo(-60) }],
  },
})
