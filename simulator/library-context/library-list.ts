/**
 * The repositories of the world's libraries: a few dozen fixed ones, each there for a reason, and the requested number
 * of plain ones.
 */
import { DAY_MS } from '../../core/durations.ts'
import { between } from '../chance.ts'

/** Content of a repository, and its effect on making a context. */
export type RepositoryKind =
  | 'plain'
  | 'sphinx'
  | 'notebooks'
  | 'docs-only'
  | 'empty'
  | 'huge'
  | 'symlinks'
  | 'submodules'
  | 'hook'
  | 'lfs'
  | 'title-only'
  | 'broken-docs'
  | 'reads-environment'
  | 'writes-outside'
  | 'opens-sockets'
  | 'forks'
  | 'fills-memory'
  | 'fills-disk'
  | 'prints-forever'
  | 'sleeps'
  | 'slow-makefile'
  | 'jupytext-config'
  | 'slow-readme'
  | 'slow-names'
  | 'many-fences'
  | 'large-notebook'
  | 'many-files'

/** One repository on the simulated GitHub. */
export interface SimulatedLibrary {
  githubId: number
  owner: string
  name: string
  /** Full names that redirect to this one, oldest first. */
  formerNames: string[]
  stars: number
  kind: RepositoryKind
  state: 'present' | 'archived' | 'deleted' | 'blocked'
  /** How often it was pushed to: another number is another HEAD. An empty repository was never pushed to. */
  pushes: number
  createdAt: Date
  /** The newest push; the creation if there was none. */
  pushedAt: Date
  description: string
  topics: string[]
  /** Full names, in that spelling, under which ASCL lists it; none if ASCL does not. */
  catalogued: string[]
}

/**
 * Real ids of GitHub have these many digits; those of the recorded world begin elsewhere, so that a mix-up is visible.
 */
const FIRST_ID = 900_000_001
const FIRST_EXTRA_ID = 910_000_001
const FIRST_RECORDED_ID = 920_000_001
/** No repository is older: links from ASCL to GitHub begin about then. */
const FIRST_CREATION_MS = Date.parse('2012-01-01')
const CREATION_DAYS = 4_000
const DAYS_TO_PUSH = 700
/**
 * Below every quick one of the fixed list, above every odd one: so that the top of a benchmark consists of plain
 * repositories.
 */
const EXTRA_STARS = { least: 200, most: 499 }

type Row = [fullName: string, stars: number, kind: RepositoryKind, description: string, more?: More]
type More = Partial<Pick<SimulatedLibrary, 'formerNames' | 'state' | 'catalogued' | 'topics'>>

const FINANCE: More = { catalogued: [], topics: ['finance', 'quant'] }

/** Most stars first among those with an astronomer's word in their name: quick and benign, odd, hostile. */
const FIXED: readonly Row[] = [
  ['sim-astro/astro-tables', 4_210, 'plain', 'Tables of astronomical catalogues'],
  // the links differ in case only, and from GitHub's own spelling: one repository
  [
    'sim-astro/SkyMap',
    3_650,
    'plain',
    'Maps of the sky',
    { catalogued: ['Sim-Astro/SkyMap', 'sim-astro/skymap'] },
  ],
  ['sim-cosmo/cosmotools', 2_980, 'sphinx', 'Distances and volumes for cosmologists'],
  ['sim-astro/lightkurve-lite', 2_440, 'notebooks', 'Light curves, step by step'],
  ['sim-cosmo/cmb-lensing', 2_105, 'plain', 'Lensing of the cosmic microwave background'],
  ['sim-astro/galfit.py', 1_890, 'plain', 'Profiles of galaxies'],
  // two libraries of one name
  ['sim-optics/poppy', 1_640, 'plain', 'Physical optics propagation'],
  ['sim-astro/astro-handbook', 1_425, 'docs-only', 'A handbook without code'],
  ['sim-astro/stellar-spectra', 1_310, 'sphinx', 'Spectra of stars'],
  ['sim-astro/poppy', 1_180, 'plain', 'Populations of pulsars'],
  ['sim-cosmo/planck-maps', 1_050, 'notebooks', 'Maps of the Planck satellite'],
  // ASCL still has the old name
  [
    'sim-surveys/galaxy-tools',
    960,
    'plain',
    'Catalogues of galaxies',
    { formerNames: ['sim-surveys/GalZoo'], catalogued: ['sim-surveys/GalZoo'] },
  ],
  ['sim-surveys/healpy-extras', 890, 'sphinx', 'Pixels on the sphere'],
  // ASCL has both names
  [
    'sim-cosmo/halo-finder',
    820,
    'plain',
    'Finds halos of dark matter',
    { formerNames: ['sim-cosmo/hop-cosmo'], catalogued: ['sim-cosmo/hop-cosmo', 'sim-cosmo/halo-finder'] },
  ],
  ['sim-astro/astroplan-web', 770, 'sphinx', 'Plans of observing nights'],
  ['sim-surveys/sky-tiles', 715, 'notebooks', 'Tilings of the sky'],
  ['sim-astro/einsteinpy-geodesics', 660, 'plain', 'Geodesics, no longer kept up', { state: 'archived' }],
  ['sim-astro/photutils-mini', 610, 'plain', 'Aperture photometry'],
  ['sim-astro/radis-bands', 570, 'plain', 'Infrared bands'],
  ['sim-lab/tardis-grid', 530, 'sphinx', 'Grids of supernova models'],
  ['sim-astro/astro-nothing', 190, 'empty', 'To be written'],
  ['sim-astro/astro-giant', 185, 'huge', 'Data and code in one repository'],
  ['sim-astro/astro-links', 180, 'symlinks', 'Links to everywhere'],
  ['sim-astro/astro-modules', 175, 'submodules', 'Submodules from everywhere'],
  ['sim-astro/astro-hooks', 170, 'hook', 'Brings its own hooks'],
  ['sim-astro/astro-bigfiles', 165, 'lfs', 'Large files, stored elsewhere'],
  ['sim-astro/astro-title', 160, 'title-only', 'A name and nothing else'],
  ['sim-astro/astro-baddocs', 155, 'broken-docs', 'Documentation that does not build'],
  ['sim-astro/astro-gone', 150, 'plain', 'Deleted by its owner', { state: 'deleted' }],
  ['sim-astro/astro-blocked', 145, 'plain', 'Taken down', { state: 'blocked' }],
  // match only as a part of a word: noise if whole words are wanted
  ['sim-tools/regalia', 140, 'plain', 'Crowns and sceptres'],
  ['sim-tools/whisky', 135, 'plain', 'Distillation'],
  ['sim-sky/reads-environment', 60, 'reads-environment', 'A conf.py that reads the environment'],
  ['sim-sky/writes-outside', 59, 'writes-outside', 'A conf.py that writes outside of its tree'],
  ['sim-sky/opens-sockets', 58, 'opens-sockets', 'A conf.py that calls home'],
  ['sim-sky/forks', 57, 'forks', 'A conf.py that forks for ever'],
  ['sim-sky/fills-memory', 56, 'fills-memory', 'A conf.py that takes all memory'],
  ['sim-sky/fills-disk', 55, 'fills-disk', 'A conf.py that fills the disk'],
  ['sim-sky/prints-forever', 54, 'prints-forever', 'A conf.py that prints for ever'],
  ['sim-sky/sleeps', 53, 'sleeps', 'A conf.py that sleeps for ever'],
  ['sim-sky/slow-makefile', 52, 'slow-makefile', 'A Makefile that sleeps'],
  ['sim-sky/jupytext-config', 51, 'jupytext-config', 'A jupytext configuration that runs code'],
  // no astronomer's word: in ASCL, but never listed whatever their stars
  ['sim-tools/fastfits', 9_300, 'plain', 'Fast files'],
  ['sim-tools/pipework', 5_400, 'plain', 'Pipelines'],
  ['sim-lab/raytracer', 3_300, 'sphinx', 'Rays'],
  ['sim-finance/quant-lab', 8_200, 'plain', 'Quantitative finance in notebooks and code', FINANCE],
  ['sim-finance/portfolio-kit', 5_100, 'plain', 'Portfolio optimisation for finance', FINANCE],
  ['sim-finance/option-pricing', 2_300, 'sphinx', 'Option pricing models for finance', FINANCE],
  ['sim-finance/backtest-engine', 1_700, 'plain', 'Backtesting of trading strategies in finance', FINANCE],
]

export interface ListOptions {
  seed: number
  /** Number of additional plain repositories. */
  extra: number
  /** Stars by full name, as recorded: the world is these repositories instead of the fixed ones. */
  recordedStars?: ReadonlyMap<string, number>
}

/** The libraries before any change; the same for the same options. */
export function listLibraries({ seed, extra, recordedStars }: ListOptions): SimulatedLibrary[] {
  const recorded = (): SimulatedLibrary[] =>
    [...(recordedStars ?? [])].map(([fullName, stars], index) =>
      described(seed, FIRST_RECORDED_ID + index, recordedRow(fullName, stars)),
    )
  const fixed = () => FIXED.map((row, index) => described(seed, FIRST_ID + index, row))
  const more = Array.from({ length: extra }, (_, index) => {
    const stars = between(EXTRA_STARS.least, EXTRA_STARS.most, seed, index, 71)
    const row: Row = [`sim-astro/extra-${index + 1}`, stars, 'plain', `Simulated library ${index + 1}`]
    return described(seed, FIRST_EXTRA_ID + index, row)
  })
  return [...(recordedStars === undefined ? fixed() : recorded()), ...more]
}

/** The recording says -1 if GitHub had no such page that night. */
function recordedRow(fullName: string, stars: number): Row {
  const state = stars < 0 ? 'deleted' : 'present'
  return [fullName, Math.max(0, stars), 'plain', `Recorded ${fullName}`, { state }]
}

function described(seed: number, githubId: number, row: Row): SimulatedLibrary {
  const [fullName, stars, kind, description, more = {}] = row
  const slash = fullName.indexOf('/')
  const createdAt = new Date(FIRST_CREATION_MS + between(0, CREATION_DAYS, seed, githubId, 72) * DAY_MS)
  const isEmpty = kind === 'empty'
  const pushedAt = new Date(createdAt.getTime() + between(1, DAYS_TO_PUSH, seed, githubId, 73) * DAY_MS)
  return {
    githubId,
    owner: fullName.slice(0, slash),
    name: fullName.slice(slash + 1),
    formerNames: [],
    stars,
    kind,
    state: 'present',
    pushes: isEmpty ? 0 : 1,
    createdAt,
    pushedAt: isEmpty ? createdAt : pushedAt,
    description,
    topics: ['astronomy'],
    catalogued: [fullName],
    ...more,
  }
}
