/** The modpacks of the simulated world: their identities and the mods that they use. Their counts are in counts.ts. */
import { between, hash, pick } from '../chance.ts'

/** Identity of a modpack. `inApi` is false for a pack that the website lists and the API does not know. */
export interface Modpack {
  /** CurseForge id. */
  id: number
  slug: string
  name: string
  inApi: boolean
}

const FIRST_PACK_ID = 2_000_000
/** Room for the packs of one mod in the id space; a power of two above the 43 names below. */
const PACKS_PER_MOD = 64
const MAX_OWN_PACKS = 4

/** Slugs that end like an id, and names that break CSV, HTML or ASCII: all shapes seen on the site. */
const PACKS_OF_FIRST_MOD: readonly (readonly [string, string])[] = [
  ['rebel-tactics-2', 'Rebel-Tactics 2'],
  ['reactor-lagoon-2025', 'Reactor Lagoon 2025'],
  ['the-critical-mass', "The 'Critical' Mass | Now with added Uranium!"],
  ['fission-in-space', 'Fission in space, a Create expedition'],
  ['cogs-and-cores', 'Cogs & Cores'],
  ['quoted-quarry', 'The "Quoted" Quarry'],
  ['less-than-greater', 'Less <than> Greater'],
  ['diamonds-overheated', '♦︎Create♦︎    ◎OverHeated◎'],
  ['atomic-arcania', 'Automation, Arcania & Atoms (A³)'],
  ['endustri-nukleer', 'Endüstri Nükleer'],
  ['le-reacteur-perdu', 'Le Réacteur Perdu'],
  ['zee-s-ultimate-core', 'Zee’s Ultimate Core'],
  ['too-late-the-rods-glow', 'Too Late – The Rods Glow'],
  ['toast-vanilla', 'TOAST¬VANILLA¬PACK'],
  ['nuclear-winter-ru', 'Ядерная зима'],
  ['genshiryoku', '原子力パック'],
  ['amp-amp-amp', 'Volts &amp; Amps (literally)'],
  ['create-1-20-1', 'Create 1.20.1'],
  ['season-3', 'Season 3'],
  ['pack-7', 'Pack #7'],
  ['100-percent', '100% Steam'],
  ['back-slash', 'Back\\Slash'],
  ['tabs-and-spaces', 'Tabs and   Spaces'],
  ['emoji-reactor', '☢️ Reactor 🚂'],
  ['x', 'X'],
  ['the-pack-with-a-very-long-name', `The Pack With ${'A Very, '.repeat(12)}Very Long Name`],
  ['steam-and-secrets', 'Steam and Secrets'],
  ['heroes-of-the-half-life', 'Heroes of the Half-Life'],
  ['colonies-of-the-core', "Baufmin's Colonies of the Core"],
  ['monsters-machines', 'Monsters&Machines'],
  ['gears-of-thorium', 'Gears of Thorium'],
  ['yellowcake-survival', 'Yellowcake Survival'],
  ['frogs-cogs-discontinued', 'Frogs, Cogs (Discontinued)'],
  ['control-rod-chronicles', 'Control Rod Chronicles'],
  ['cooling-tower-defense', 'Cooling Tower Defense'],
  ['beta-decay', 'Beta Decay [EARLY ACCESS]'],
  ['gamma-gardens', 'Gamma Gardens'],
  ['neutron-nomads', 'Neutron Nomads'],
  ['lead-lined-legends', 'Lead-Lined Legends'],
  ['the-graphite-tip', 'The Graphite Tip'],
  ['renamed-since', 'Renamed Since'],
  ['gone-from-the-api', 'Gone From the API'],
  ['rebel-tactics', 'Rebel-Tactics'],
]

/** The last name belongs to no mod: cutting "-2" from `rebel-tactics-2` finds it, the wrong pack. */
const DECOYS = 1
/** Of 600 scraped packs 72 did not resolve through the API (renamed or removed): the two names before the decoy. */
const NOT_IN_API = 2

const OWN_PACKS_OF_FIRST_MOD = PACKS_OF_FIRST_MOD.length - DECOYS
const FIRST_NOT_IN_API = OWN_PACKS_OF_FIRST_MOD - NOT_IN_API

const QUALITIES = ['Rusty', 'Overclocked', 'Tiny', 'Endless', 'Crème', 'Grand', '"Quiet"', 'Sunken'] as const
const THINGS = [
  'Engines',
  'Valley & Co',
  'Frontier',
  'Contraptions',
  'Skies',
  'Mines, Deep',
  'Factory',
] as const

/** A pack by its maker's place among the mods and its own place among the maker's packs. */
function modpack(seed: number, maker: number, place: number): Modpack {
  const id = FIRST_PACK_ID + maker * PACKS_PER_MOD + place
  const named = maker === 0 ? PACKS_OF_FIRST_MOD[place] : undefined
  if (named !== undefined) {
    const inApi = place < FIRST_NOT_IN_API || place >= OWN_PACKS_OF_FIRST_MOD
    return { id, slug: named[0], name: named[1], inApi }
  }
  const name = `${pick(QUALITIES, seed, id, 1)} ${pick(THINGS, seed, id, 2)} ${maker}.${place}`
  return { id, slug: `sim-pack-${maker}-${place}`, name, inApi: true }
}

/** How many packs were made around this mod. */
function ownPacks(seed: number, maker: number): number {
  return maker === 0 ? OWN_PACKS_OF_FIRST_MOD : between(0, MAX_OWN_PACKS, seed, maker, 70)
}

/** Every pack that uses the mod: those made around it, and some made around another mod. */
export function modpacksOf(seed: number, mods: number, mod: number): Modpack[] {
  const packs: Modpack[] = []
  for (let place = 0; place < ownPacks(seed, mod); place += 1) packs.push(modpack(seed, mod, place))
  if (mod === 0) {
    for (let other = 1; other < Math.min(4, mods); other += 1) {
      if (ownPacks(seed, other) > 0) packs.push(modpack(seed, other, 0))
    }
  } else if (hash(seed, mod, 71) % 2 === 0) {
    packs.push(modpack(seed, 0, hash(seed, mod, 72) % OWN_PACKS_OF_FIRST_MOD))
  }
  return packs
}

/** The pack with this CurseForge id, among the packs of `mods` mods. */
export function modpackById(seed: number, mods: number, id: number): Modpack | undefined {
  const number = id - FIRST_PACK_ID
  const maker = Math.floor(number / PACKS_PER_MOD)
  const place = number % PACKS_PER_MOD
  if (!Number.isInteger(number) || number < 0 || maker >= mods) return undefined
  const made = maker === 0 ? PACKS_OF_FIRST_MOD.length : ownPacks(seed, maker)
  return place < made ? modpack(seed, maker, place) : undefined
}

/** The pack with this slug, among the packs of `mods` mods. */
export function modpackBySlug(seed: number, mods: number, slug: string): Modpack | undefined {
  const numbers = /^sim-pack-(0|[1-9]\d{0,8})-(0|[1-9]\d?)$/.exec(slug)
  if (numbers !== null) {
    const [maker, place] = [Number(numbers[1]), Number(numbers[2])]
    return maker > 0 && place < PACKS_PER_MOD
      ? modpackById(seed, mods, FIRST_PACK_ID + maker * PACKS_PER_MOD + place)
      : undefined
  }
  const place = PACKS_OF_FIRST_MOD.findIndex(([known]) => known === slug)
  return place === -1 ? undefined : modpack(seed, 0, place)
}
