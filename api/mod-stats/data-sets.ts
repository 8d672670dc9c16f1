/** Data sets of mod-stats. */
import { type DataSets, day, filter, integer, moment, number, run, text, yesNo } from '../data-set.ts'

/** The mod as `almanac.yaml` names it. */
const MOD = 'coalesce(m.modrinth, m.curseforge_id::text) as mod'

const OF_ROW = {
  observed_at: moment('When the platform said it, UTC'),
  run_id: run('Run that wrote the row'),
}

/** The newest day on which a platform gave a total for mod `m`, and the total a week before. */
const newestOn = (platform: 'modrinth' | 'curseforge') => `
      left join lateral (
        select s.date, s.total_downloads as downloads, s.followers, s.thumbs_up, s.versions_count,
          s.total_downloads - (
            select w.total_downloads from daily_stats w
            where w.mod_id = m.id and w.platform = '${platform}' and w.date <= s.date - 7 and w.total_downloads is not null
            order by w.date desc limit 1
          ) as gained
        from daily_stats s
        where s.mod_id = m.id and s.platform = '${platform}' and s.total_downloads is not null
        order by s.date desc limit 1
      ) ${platform} on true`

/** The sum over the platforms that have a number; null if none has. */
const sumOf = (column: string) =>
  `(select sum(n)::bigint from (values (modrinth.${column}), (curseforge.${column})) platforms(n))`

/**
 * The day before: joined at once for all rows, and only those without it are looked up one by one. A series of 600,000 rows
 * took 22 seconds with a look-up for each.
 */
const EVE = `left join daily_stats eve on eve.mod_id = s.mod_id and eve.platform = s.platform and eve.date = s.date - 1
        and eve.total_downloads is not null`

export const dataSets = {
  mods: {
    row: 'a mod and the newest of its numbers',
    sql: `select ${MOD}, m.name, m.tracked, m.modrinth_slug, m.curseforge_id, m.curseforge_slug,
        greatest(modrinth.date, curseforge.date) as newest_day,
        ${sumOf('downloads')} as downloads, ${sumOf('gained')} as gained_in_week,
        modrinth.downloads as modrinth_downloads, curseforge.downloads as curseforge_downloads, modrinth.followers,
        curseforge.thumbs_up, modrinth.versions_count as modrinth_versions, curseforge.versions_count as curseforge_files
      from mods m ${newestOn('modrinth')} ${newestOn('curseforge')}`,
    columns: {
      mod: filter('Mod, as almanac.yaml names it'),
      name: text('Its name; empty if neither almanac.yaml nor a platform gave one'),
      tracked: yesNo('Whether it is collected now'),
      modrinth_slug: text('Its name in addresses of Modrinth'),
      curseforge_id: integer('Its id on CurseForge'),
      curseforge_slug: text('Its name in addresses of CurseForge'),
      newest_day: day('Newest UTC day with a total'),
      downloads: integer('Newest total of both platforms', 'downloads'),
      gained_in_week: integer(
        'Downloads since the newest day that is at least seven days older; empty in the first week',
        'downloads',
      ),
      modrinth_downloads: integer('Newest total on Modrinth', 'downloads'),
      curseforge_downloads: integer('Newest total on CurseForge', 'downloads'),
      followers: integer('Followers on Modrinth', 'people'),
      thumbs_up: integer('Thumbs up on CurseForge', 'people'),
      modrinth_versions: integer('Versions on Modrinth'),
      curseforge_files: integer('Files on CurseForge'),
    },
    order: ['mod'],
    fewRows: true,
    direction: 'asc',
  },
  'daily-growth': {
    row: 'a day of a mod on one platform, beside the day before it that is stored',
    sql: `select s.date, ${MOD}, s.platform,
        (s.total_downloads - coalesce(eve.total_downloads, before.total_downloads))::double precision
          / (s.date - coalesce(eve.date, before.date)) as growth_per_day,
        s.total_downloads - coalesce(eve.total_downloads, before.total_downloads) as growth,
        coalesce(eve.date, before.date) as previous_day, s.total_downloads
      from daily_stats s join mods m on m.id = s.mod_id
      ${EVE}
      left join lateral (
        select b.date, b.total_downloads from daily_stats b
        where eve.date is null and b.mod_id = s.mod_id and b.platform = s.platform and b.date < s.date
          and b.total_downloads is not null
        order by b.date desc limit 1
      ) before on true
      where s.total_downloads is not null`,
    columns: {
      date: day('UTC day'),
      mod: filter('Mod, as almanac.yaml names it'),
      platform: filter('`modrinth` or `curseforge`'),
      growth_per_day: number('Growth divided by the days since `previous_day`', 'downloads/day'),
      growth: integer('Downloads since `previous_day`; empty on the first day', 'downloads'),
      previous_day: day('The day before it that has a total; empty on the first day'),
      total_downloads: integer('Downloads of all versions since the beginning', 'downloads'),
    },
    time: 'date',
    order: ['date', 'mod', 'platform'],
  },
  'newest-versions': {
    row: 'a version or file of a mod, on the newest day of its platform',
    sql: `select ${MOD}, v.platform, v.version_id, v.version_name, v.version_number, v.downloads, v.date_published, v.date, v.run_id
      from mods m cross join (values ('modrinth'), ('curseforge')) p(platform)
      cross join lateral (
        select max(date) as date from version_stats where mod_id = m.id and platform = p.platform
      ) newest
      join version_stats v on v.mod_id = m.id and v.platform = p.platform and v.date = newest.date`,
    columns: {
      mod: filter('Mod, as almanac.yaml names it'),
      platform: filter('`modrinth` or `curseforge`'),
      version_id: filter('Version id of Modrinth or file id of CurseForge'),
      version_name: text('Name of the version; names repeat'),
      version_number: text('Number of the version; numbers repeat'),
      downloads: integer('Downloads since its publication', 'downloads'),
      date_published: moment('When it was published, UTC'),
      date: day('UTC day of the numbers'),
      run_id: run('Run that wrote the row'),
    },
    order: ['mod', 'platform', 'version_id'],
    fewRows: true,
    direction: 'asc',
  },
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
    sql: `select ${MOD}, p.slug, p.name, p.curseforge_id, p.downloads, p.downloads - earliest.downloads as since_added,
        earliest.date as added_on, p.first_seen, p.last_seen, p.link, p.observed_at, p.run_id
      from modpacks p join mods m on m.id = p.mod_id
      left join lateral (
        select s.date, s.downloads from modpack_stats s
        where s.platform = 'curseforge' and s.modpack_slug = p.slug and s.mod_id = p.mod_id
        order by s.date limit 1
      ) earliest on true`,
    columns: {
      mod: filter('Mod, as almanac.yaml names it'),
      slug: filter('Name of the modpack in addresses'),
      name: text('Name of the modpack'),
      curseforge_id: integer('Id on CurseForge; empty until it is known'),
      downloads: integer('Downloads at the last look', 'downloads'),
      since_added: integer('Downloads since the first day with a number of them', 'downloads'),
      added_on: day('First UTC day with a number of downloads'),
      first_seen: moment('When it was first found, UTC'),
      last_seen: moment('When CurseForge last confirmed it, UTC'),
      link: text('Address of its page'),
      ...OF_ROW,
    },
    order: ['mod', 'slug'],
    fewRows: true,
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
} satisfies DataSets
