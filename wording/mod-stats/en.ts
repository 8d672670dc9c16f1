/** Sentences of mod-stats, in English. */
import type { SentenceTable } from '../table.ts'
import { counted } from '../text.ts'

/** The first names of a list, and how many more there are. */
interface Named {
  platform: string
  names: readonly string[]
  more: number
}

const list = ({ names, more }: Named) => names.join(', ') + (more > 0 ? ` and ${more} more` : '')

export const modStats = {
  'replay-day-unknown': 'the record of its run is gone, and with it the day that it counts for',
  'past-not-counted': ({ command }: { command: string }) =>
    `its upstreams report only current counts; "${command}" takes the history of an older collector`,
  'no-mod-tracked': ({ platform }: { platform: string }) => `no mod in almanac.yaml has a ${platform} id`,
  'mods-not-stored': ({ platform }: { platform: string }) =>
    `the mods of almanac.yaml with a ${platform} id are left to the next run: the database did not know them when it was last available`,
  'mods-not-found': (named: Named) => `not found on ${named.platform}: ${list(named)}`,
  'mods-missing': (named: Named) => `returned before and missing on ${named.platform} now: ${list(named)}`,
  'mods-refused': (named: Named) =>
    `returned by ${named.platform} with values that cannot be read: ${list(named)}`,
  'mods-unreadable': ({ rows, ...named }: Named & { rows: number }) =>
    `${named.platform} returned ${counted(rows, 'unreadable row')} of no mod that was asked for; without an answer: ${list(named)}`,
  'versions-missing': ({ versions }: { versions: number }) =>
    `not returned: ${counted(versions, 'version')} that the projects list`,
  'files-missing': ({ slug }: { slug: string }) => `${slug} names files, and its list of them is empty`,
  'files-cut-off': ({ slug }: { slug: string }) => `${slug}: its list of files could not be read completely`,
  'modpacks-missing': ({ missing, known }: { missing: number; known: number }) =>
    `not returned, and kept: ${missing} of ${counted(known, 'known modpack')}`,
  'modpack-list-short': ({ slug, seen, known }: { slug: string; seen: number; known: number }) =>
    `the list of ${slug} ended after ${counted(seen, 'modpack')}, ${known} are known`,
  'no-modpacks': 'no modpack and no mod with a list of them is known yet',
} satisfies SentenceTable
