/** One mod: its numbers, how they came to be, its versions and its modpacks. */
import { Figures, type Figure } from '../../blocks/figures.tsx'
import { OptionButtons } from '../../blocks/option-buttons.tsx'
import { OutsideLink } from '../../blocks/outside-link.tsx'
import { PERIODS } from '../../period.ts'
import { useReader } from '../../preferences.tsx'
import { DownloadsPanel } from './downloads-panel.tsx'
import { GrowthPanel } from './growth-panel.tsx'
import { ModpacksPanel } from './modpacks-panel.tsx'
import { modName, PLATFORMS, sumKnown, type Mod } from './rows.ts'
import { VersionsPanel } from './versions-panel.tsx'
import type { ModPanelProps } from './view.ts'
import { usePageWords } from './words/index.ts'

export function ModView({ mod, view, change }: ModPanelProps) {
  const say = usePageWords()
  return (
    <>
      <h1>{modName(mod)}</h1>
      <p className="links">
        <PlatformLink platform="modrinth" base="https://modrinth.com/mod/" slug={mod.modrinth_slug} />
        <PlatformLink
          platform="curseforge"
          base="https://www.curseforge.com/minecraft/mc-mods/"
          slug={mod.curseforge_slug}
        />
      </p>
      {!mod.tracked && <p className="stale">{say('untracked')}</p>}
      <ModFigures mod={mod} />
      <OptionButtons
        label={say('period')}
        options={PERIODS.map((days) => [
          days,
          days === 'all' ? say('period.all') : say('period.days', { n: Number(days) }),
        ])}
        value={view.days}
        choose={(days) => {
          change({ days })
        }}
      />
      <DownloadsPanel mod={mod} view={view} change={change} />
      <GrowthPanel mod={mod} view={view} />
      <VersionsPanel mod={mod} view={view} change={change} />
      <ModpacksPanel mod={mod} view={view} change={change} />
    </>
  )
}

interface PlatformLinkProps {
  platform: keyof typeof PLATFORMS
  base: string
  slug: string | null
}

function PlatformLink({ platform, base, slug }: PlatformLinkProps) {
  const say = usePageWords()
  if (slug === null) return null
  return (
    <OutsideLink to={`${base}${encodeURIComponent(slug)}`}>
      {say('page', { platform: PLATFORMS[platform] })}
    </OutsideLink>
  )
}

function ModFigures({ mod }: { mod: Mod }) {
  const say = usePageWords()
  const { format } = useReader()
  const written = (value: number | null) => (value === null ? '–' : format.number(value))
  const versions = {
    modrinth: written(mod.modrinth_versions),
    curseforge: written(mod.curseforge_files),
  }
  const figures: Figure[] = [
    {
      title: say('downloads'),
      value: written(mod.downloads),
      ...(mod.newest_day !== null && { note: say('of', { day: format.day(mod.newest_day) }) }),
    },
    {
      title: say('week'),
      value: mod.gained_in_week === null ? '–' : `+${format.number(mod.gained_in_week)}`,
      ...(mod.gained_in_week === null && { note: say('week.early') }),
    },
    { title: 'Modrinth', value: written(mod.modrinth_downloads), note: say('downloads.unit') },
    { title: 'CurseForge', value: written(mod.curseforge_downloads), note: say('downloads.unit') },
    { title: say('followers'), value: written(mod.followers), note: say('followers.note') },
    { title: say('thumbs'), value: written(mod.thumbs_up), note: say('thumbs.note') },
    {
      title: say('versions'),
      value: written(sumKnown([mod.modrinth_versions, mod.curseforge_files])),
      note: say('versions.note', versions),
    },
  ]
  return <Figures figures={figures} />
}
