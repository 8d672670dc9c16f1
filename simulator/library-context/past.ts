/** What an older collector saw of the libraries: a list of each domain of the demo every day. */
import { between, fraction } from '../chance.ts'
import type { PastFiles } from '../part.ts'
import { daysBefore } from '../past-days.ts'
import { fullNameOf } from './libraries.ts'
import { listLibraries, type SimulatedLibrary } from './library-list.ts'

/** The libraries that were candidates, by domain, and how many of them a list has. */
const DOMAINS = [
  {
    domain: 'astronomy',
    top: 6,
    names: [
      'sim-astro/astro-tables',
      'sim-astro/SkyMap',
      'sim-cosmo/cosmotools',
      'sim-astro/lightkurve-lite',
      'sim-cosmo/cmb-lensing',
      'sim-astro/galfit.py',
      'sim-optics/poppy',
      'sim-astro/astro-handbook',
    ],
  },
  { domain: 'finance', top: 2, names: ['sim-finance/quant-lab', 'sim-finance/portfolio-kit'] },
] as const

/** Share of its stars that a library gains on a usual day, at most. */
const USUAL_SHARE = 0.002
/** Once within the time a library becomes known, and gains this share of its stars on that day, at most. */
const KNOWN_SHARE = 0.3
/** Salt of the stars' chances. */
const DRAW = 74

/** The lists, oldest first. */
export function libraryPast(seed: number, now: Date): PastFiles[] {
  const libraries = new Map(listLibraries({ seed, extra: 0 }).map((one) => [fullNameOf(one), one]))
  const days = daysBefore(now)
  const files = days.flatMap((day, at) =>
    DOMAINS.map(({ domain, top, names }) => {
      const listed = names
        .flatMap((name) => libraries.get(name) ?? [])
        .map((one) => ({
          name: fullNameOf(one),
          stars: starsBefore(seed, one, days.length - at, days.length),
        }))
        .sort((a, b) => b.stars - a.stars)
        .slice(0, top)
        .map((one, place) => ({ ...one, rank: place + 1 }))
      const list = { domain, last_updated: `${day}T02:00:00Z`, libraries: listed }
      return [`${domain}-libraries-${day}.json`, `${JSON.stringify(list, null, 2)}\n`] as const
    }),
  )
  return [{ files: Object.fromEntries(files), options: {} }]
}

/** Stars are those of the list today; before, there were fewer. */
function starsBefore(seed: number, { githubId, stars }: SimulatedLibrary, days: number, ofDays: number) {
  const usual = days * USUAL_SHARE * fraction(seed, DRAW, githubId)
  const becameKnown = between(1, ofDays, seed, DRAW, githubId, 1)
  const known = days > becameKnown ? KNOWN_SHARE * fraction(seed, DRAW, githubId, 2) : 0
  return Math.round(stars * (1 - usual - known))
}
