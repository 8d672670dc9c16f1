/** Data sets of mod-stats. */
import type { ApiPart } from '../api-part.ts'
import { day, filter, integer, moment, text, type DataSets } from '../data-set.ts'

/** The mod as `almanac.yaml` names it. */
const MOD = 'coalesce(m.modrinth, m.curseforge_id::text) as mod'

const OF_ROW = {
  observed_at: moment('When the platform said it, UTC'),
  run_id: text('Run that wrote the row'),
}

const dataSets: DataSets = {
  'daily-stats': {
    row: 'a day of a mod on one platform',
    sql: `select s.date, ${MOD}, s.platform, s.total_downloads, s.followers, s.versions_count, s.thumbs_up, s.observed_at, s.run_id
      from daily_stats s join mods m on m.id = s.mod_id`,
    columns: {
      date: day('UTC day'),
      mod: filter('Mod, as almanac.yaml names it'),
      platform: filter('`modrinth` or `curseforge`'),
      total_downloads: integer('Downloads of all versions since the beginning', 'downloads'),
      followers: integer('Followers on Modrinth; CurseForge has none', 'people'),
      versions_count: integer('Published versions or files'),
      thumbs_up: integer('Thumbs up on CurseForge', 'people'),
      ...OF_ROW,
    },
    time: 'date',
    order: ['date', 'mod', 'platform'],
  },
  'version-stats': {
    row: 'a day of one version or file of a mod',
    sql: `select v.date, ${MOD}, v.platform, v.version_id, v.version_name, v.version_number, v.downloads, v.date_published, v.observed_at, v.run_id
      from version_stats v join mods m on m.id = v.mod_id`,
    columns: {
      date: day('UTC day'),
      mod: filter('Mod, as almanac.yaml names it'),
      platform: filter('`modrinth` or `curseforge`'),
      version_id: filter('Version id of Modrinth or file id of CurseForge'),
      version_name: text('Name of the version; names repeat'),
      version_number: text('Number of the version; numbers repeat'),
      downloads: integer('Downloads since its publication', 'downloads'),
      date_published: moment('When it was published, UTC'),
      ...OF_ROW,
    },
    time: 'date',
    order: ['date', 'platform', 'version_id'],
  },
  modpacks: {
    row: 'a modpack that contains a mod',
    sql: `select ${MOD}, p.slug, p.name, p.curseforge_id, p.downloads, p.first_seen, p.last_seen, p.link, p.observed_at, p.run_id
      from modpacks p join mods m on m.id = p.mod_id`,
    columns: {
      mod: filter('Mod, as almanac.yaml names it'),
      slug: filter('Name of the modpack in addresses'),
      name: text('Name of the modpack'),
      curseforge_id: integer('Id on CurseForge; empty until it is known'),
      downloads: integer('Downloads at the last look', 'downloads'),
      first_seen: moment('When it was first found, UTC'),
      last_seen: moment('When CurseForge last confirmed it, UTC'),
      link: text('Address of its page'),
      ...OF_ROW,
    },
    order: ['mod', 'slug'],
    direction: 'asc',
  },
  'modpack-stats': {
    row: 'a day of a modpack that contains a mod',
    sql: `select s.date, ${MOD}, s.platform, s.modpack_slug, s.modpack_name, s.downloads, s.observed_at, s.run_id
      from modpack_stats s join mods m on m.id = s.mod_id`,
    columns: {
      date: day('UTC day'),
      mod: filter('Mod, as almanac.yaml names it'),
      platform: filter('Platform of the modpack'),
      modpack_slug: filter('Name of the modpack in addresses'),
      modpack_name: text('Name of the modpack'),
      downloads: integer('Downloads since the beginning', 'downloads'),
      ...OF_ROW,
    },
    time: 'date',
    order: ['date', 'mod', 'platform', 'modpack_slug'],
  },
}

export const modStatsApi: ApiPart = { dataSets }
