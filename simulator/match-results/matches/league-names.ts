/** Leagues and teams of the simulated e-football; those of the recording come first. */

/** A league as the feed names it. */
export interface League {
  id: number
  /** Place among the leagues, from 0. */
  index: number
  name: { fr: string; en: string }
}

const NAMES: readonly (readonly [string, string])[] = [
  ['FC 26. 5x5 Rush. Superligue', 'FC 26. 5x5 Rush. Superleague'],
  ['FC 26. 4x4. Ligue des champions', 'FC 26. 4x4. Champions League'],
  ['FC 25. 3x3. Coupe du monde', 'FC 25. 3x3. World Cup'],
  ['FC 26. 5x5 Rush. Angleterre. Championnat', 'FC 26. 5x5 Rush. England. Championship'],
  ['FC 24. Volta. Ligue européenne', 'FC 24. Volta. European League'],
  ['FC 26. Penalty. Espagne', 'FC 26. Penalty. Spain'],
]

const TEAMS = [
  'Club Atlético de Madrid',
  'Olympique Lyonnais',
  'Liverpool',
  'PSV Eindhoven',
  'Lombardia',
  'Manchester City',
  'Paris Saint-Germain',
  'Bayern München',
  'Fenerbahçe SK',
  'Śląsk Wrocław',
  'Queens Park Rangers "QPR"',
  'Brighton & Hove Albion',
  'Zenit, Saint Petersburg',
  'Beşiktaş',
] as const

/** Names of players: in e-football the same clubs play at the same time, with other players. */
const PLAYERS = ['Nico', 'Kray', 'Zoé', 'Labotryas', 'Hotshot', "O'Neil", 'Žan', 'Мастер'] as const

const FIRST_LEAGUE_ID = 2_665_392
const LEAGUE_ID_STEP = 37
const FIRST_TEAM_ID = 410_000

/** Number of teams in one lane of a league. */
export const TEAMS_IN_A_LANE = TEAMS.length

/** The league in one place; beyond the named ones they carry a number. */
export function leagueAt(index: number): League {
  const [fr, en] = NAMES[index % NAMES.length] ?? ['', '']
  const division = Math.floor(index / NAMES.length)
  const suffix = (word: string) => (division === 0 ? '' : `. ${word} ${division + 1}`)
  return {
    id: FIRST_LEAGUE_ID + index * LEAGUE_ID_STEP,
    index,
    name: { fr: fr + suffix('Division'), en: en + suffix('Division') },
  }
}

/** A team of a lane: lanes share no team, so that no team plays twice at the same time. */
export function teamAt(league: number, lane: number, place: number): { id: number; name: string } {
  const club = TEAMS[place % TEAMS.length] ?? TEAMS[0]
  const id = FIRST_TEAM_ID + (league * 1_000 + lane) * TEAMS.length + place
  if (lane === 0) return { id, name: club }
  const player = PLAYERS[(lane - 1) % PLAYERS.length] ?? PLAYERS[0]
  const round = Math.floor((lane - 1) / PLAYERS.length)
  return { id, name: `${club} (${player}${round === 0 ? '' : ` ${round + 1}`})` }
}
