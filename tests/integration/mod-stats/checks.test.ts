/** What must hold of the rows of mod-stats. */
import { day, minutesAgo, testChecks } from '../../support/planted-breaches.ts'

/** So many rows a day, this many days. */
const rows = (days: readonly (readonly [ago: number, rows: number])[], row: (at: number) => object) =>
  days.flatMap(([ago, count]) =>
    Array.from({ length: count }, (_, at) => ({
      date: day(ago),
      platform: 'modrinth',
      mod_id: 1,
      ...row(at),
    })),
  )
/** A list of twelve that was cut to five. */
const CUT = [
  [1, 12],
  [2, 12],
  [3, 12],
  [0, 5],
] as const
const version = (at: number) => ({ version_id: `v${at}`, version_name: `1.${at}` })
const modpack = (at: number) => ({ modpack_slug: `pack-${at}`, modpack_name: `Pack ${at}` })
const mod = { date: day(0), platform: 'modrinth', mod_id: 1 }

testChecks('mod-stats', {
  parents: Array.from({ length: 12 }, (_, at) => ['mods', { name: `Mod ${at}`, tracked: true }] as const).map(
    ([table, row]) => [table, row],
  ),
  planted: {
    'daily_stats date-ahead': [{ ...mod, date: day(-2) }],
    'daily_stats total_downloads-range': [{ ...mod, total_downloads: -1 }],
    'daily_stats followers-range': [{ ...mod, followers: -1 }],
    'daily_stats versions_count-range': [{ ...mod, versions_count: -1 }],
    'daily_stats thumbs_up-range': [{ ...mod, thumbs_up: -1 }],
    'daily_stats count': rows(CUT, (at) => ({ mod_id: at + 1 })),
    'daily_stats total_downloads-total': [
      { ...mod, date: day(1), total_downloads: 1000 },
      { ...mod, total_downloads: 899 },
    ],
    'version_stats date-ahead': [{ ...mod, ...version(0), date: day(-2) }],
    'version_stats downloads-range': [{ ...mod, ...version(0), downloads: -1 }],
    'version_stats count': rows(CUT, version),
    'version_stats downloads-total': [
      { ...mod, ...version(0), date: day(1), downloads: 1000 },
      { ...mod, ...version(0), downloads: 899 },
    ],
    'modpack_stats date-ahead': [{ ...mod, ...modpack(0), date: day(-2) }],
    'modpack_stats downloads-range': [{ ...mod, ...modpack(0), downloads: -1 }],
    'modpack_stats count': rows(CUT, modpack),
    'modpack_stats downloads-total': [
      { ...mod, ...modpack(0), date: day(1), downloads: 1000 },
      { ...mod, ...modpack(0), downloads: 899 },
    ],
    'modpacks last_seen-ahead': [{ mod_id: 1, slug: 'pack', name: 'Pack', last_seen: minutesAgo(-60) }],
  },
})
