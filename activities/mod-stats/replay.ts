/** How stored responses of mod-stats are read again: all those that a run got from Modrinth, as the day of that run. */
import { modrinthMods } from '../../db/queries/mod-stats/mods.ts'
import type { Sections } from '../../pipelines/index.ts'
import { parseProjects, parseVersions } from '../../upstreams/modrinth.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayedSource } from '../replay.ts'
import { judgedDay } from './judged-day.ts'
import { pair, rowsOf } from './modrinth.ts'

type Settings = Sections['mod-stats']

/** More than anybody tracks: a replay is one batch. */
const ALL_MODS = 1_000_000

/** The end of a bulk address: projects, or their versions. */
const isProjects = (url: string) => new URL(url).pathname.endsWith('/projects')

const modrinth: ReplayedSource<Settings> = {
  isWholeRun: true,
  read: async ({ db, retryBudget }, payloads, { startedAt }) => {
    if (startedAt === undefined) return reason('replay-day-unknown')
    const date = startedAt.toISOString().slice(0, 'YYYY-MM-DD'.length)
    const mods = await modrinthMods(db, 0, ALL_MODS)
    const projects = payloads.filter(({ url }) => isProjects(url)).map(({ body }) => parseProjects(body))
    const versions = payloads.filter(({ url }) => !isProjects(url)).map(({ body }) => parseVersions(body))
    const pairs = pair(
      mods,
      projects.flatMap(({ rows }) => rows),
    )
    // Of two mods that are one project, one stands for both.
    const own = [...new Map(pairs.toReversed().map((one) => [one.project.id, one])).values()]
    const judged = await judgedDay({ db, retryBudget }, { platform: 'modrinth', date, after: 0, mods })
    return {
      rows: rowsOf(
        date,
        own,
        versions.flatMap(({ rows }) => rows),
        judged,
      ),
      rejected: [...projects, ...versions].flatMap(({ rejected }) => rejected),
    }
  },
  rowsOf: (body) => JSON.parse(body) as unknown[],
  // The versions of a project are no part of it, and a version does not say which mod is ours.
  responseOf: () => undefined,
}

export const replay: Replay<Settings> = {
  modrinth,
  curseforge: reason('replay-files'),
  'curseforge-web': reason('replay-modpacks'),
  modpacks: reason('replay-modpacks'),
}
