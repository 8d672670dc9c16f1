/** What match-results says in French. */
import type { InFrench } from '../in-french.ts'
import type { dataSets } from './data-sets.ts'

const OF_ROW = {
  observed_at: 'Quand est venue la dernière réponse dont la ligne est faite, UTC',
  run_id: 'Exécution qui a écrit la ligne',
}
const FEED = 'Flux, tel que almanac.yaml le nomme'
const LEAGUE = 'Ligue, dans la langue demandée au flux'
const EVENT = 'Identifiant du match dans le flux'
const LEAGUE_ID = 'Identifiant de la ligue dans le flux'
const STATUS = 'Texte du flux lui-même'
const START = 'Heure de début prévue, UTC'
const IF_NEW = ', à la première observation ou en cas de changement'
const OPENING = 'la première vue avant le début'
const CLOSING = 'la dernière avant le début'
const OFFERED = 'telle que proposée à ce moment'

const odds = (of: string, when: string) => `Cote ${of}, ${when}`
const FIRST = 'de la première équipe'
const DRAW = 'du nul'
const SECOND = 'de la seconde équipe'

const MATCH = {
  timestamp_utc: "Quand on l'a vu pour la première fois, UTC",
  event_id: EVENT,
  feed: FEED,
  league: LEAGUE,
  team1: 'Première équipe',
  team2: 'Seconde équipe',
  starts_at: START,
  started_at: "Quand on l'a vu en jeu pour la première fois, UTC",
  opening_odds_1: odds(FIRST, OPENING),
  opening_odds_x: odds(DRAW, OPENING),
  opening_odds_2: odds(SECOND, OPENING),
  odds_1: odds(FIRST, CLOSING),
  odds_x: odds(DRAW, CLOSING),
  odds_2: odds(SECOND, CLOSING),
  score1: "Dernier score de la première équipe ; ce n'est un résultat que si `confidence` vaut `confirmed`",
  score2: "Dernier score de la seconde équipe ; ce n'est un résultat que si `confidence` vaut `confirmed`",
  last_seen_score1: 'Dernier score de la première équipe affiché par le flux',
  last_seen_score2: 'Dernier score de la seconde équipe affiché par le flux',
  status: STATUS,
  state: '`seen`, `live`, `suspended`, `ended`, `vanished` ou `settled`',
  confidence: "`confirmed`, `last-seen`, ou vide tant que rien ne dit qu'il est terminé",
  settled_by: 'Ce qui a confirmé le score : `status` ou `results`',
  outcome: '`1`, `N` ou `2` ; seulement pour les matchs confirmés',
  last_seen_at: "Quand le flux l'a affiché pour la dernière fois, UTC",
  over_at: "Quand il s'est terminé ou a quitté le flux, UTC",
  league_id: LEAGUE_ID,
  result_id: 'Identifiant de la rencontre dans le service de résultats qui a confirmé le score',
  ...OF_ROW,
}

export const inFrench = {
  summary:
    "Cotes et scores finaux de matchs vus dans un flux en direct, chacun suivi jusqu'à ce qu'il soit vraiment terminé",
  params: {},
  steps: {
    openMatchResults: 'Prendre le verrou',
    collectMatches: 'Le flux, les résultats, tous les matchs',
    closeMatchResults: 'Clore le compte rendu',
  },
  upstreams: { 'Live feed': 'Flux en direct', 'Results service': 'Service de résultats' },
  units: { stake: 'mise', goals: 'buts', polls: 'relevés' },
  sets: {
    matches: { row: "un match d'un flux, tel qu'on le connaît maintenant", columns: MATCH },
    results: { row: "un match qui est terminé, selon le moment où il l'a été", columns: MATCH },
    leagues: {
      row: "une ligue d'un flux, avec le nombre de ses matchs qui ont un résultat",
      columns: {
        league: LEAGUE,
        feed: FEED,
        matches: 'Matchs vus',
        confirmed: 'Ceux dont le score est le résultat',
        last_seen: 'Ceux qui sont terminés sans score confirmé',
        newest_at: 'Quand on a vu le plus récent pour la première fois, UTC',
      },
    },
    'match-observations': {
      row: "un changement d'un match, tel qu'on l'a observé",
      columns: {
        at: "Quand on l'a observé, UTC",
        event_id: EVENT,
        feed: FEED,
        source: '`feed`, `absence` (une réponse sans le match), `results` ou `import`',
        state: 'État du match à partir de là',
        status: STATUS,
        elapsed_s: 'Temps joué',
        score1: 'Score de la première équipe',
        score2: 'Score de la seconde équipe',
        odds_1: odds(FIRST, OFFERED),
        odds_x: odds(DRAW, OFFERED),
        odds_2: odds(SECOND, OFFERED),
        is_odds_only: 'Si seules les cotes ont changé',
        team1: `Première équipe${IF_NEW}`,
        team2: `Seconde équipe${IF_NEW}`,
        league: `Ligue${IF_NEW}`,
        league_id: `${LEAGUE_ID}${IF_NEW}`,
        starts_at: `${START}${IF_NEW}`,
        result_id: 'Identifiant de la rencontre annoncée par le service de résultats',
        ...OF_ROW,
      },
    },
    'poll-hours': {
      row: 'une heure pendant laquelle le flux a été relevé',
      columns: {
        hour: "Début de l'heure, UTC",
        polls: 'Exécutions auxquelles le flux a répondu',
        written: "Lignes qu'elles ont enregistrées ou changées",
      },
    },
  },
} satisfies InFrench<typeof dataSets>
