/** What must hold of the rows of match-results. */
import { minutesAgo, testChecks } from '../../support/planted-breaches.ts'

const live = { team1: 'Paris', team2: 'Nice', state: 'live' }
const over = {
  team1: 'Paris',
  team2: 'Nice',
  state: 'settled',
  over_at: minutesAgo(5),
  confidence: 'confirmed',
  outcome: '1',
  score1: 1,
  score2: 0,
}
const seen = { at: minutesAgo(5) }

testChecks('match-results', {
  planted: {
    'matches scores': [{ ...live, last_seen_score2: -1 }],
    'matches odds': [{ ...live, odds_1: 2, odds_x: 0.5 }],
    'matches ends-after-start': [{ ...over, started_at: minutesAgo(1) }],
    'matches confirmed': [{ ...over, score2: null }],
    'match_observations scores': [{ ...seen, score1: 0, score2: -1 }],
    'match_observations odds': [{ ...seen, odds_2: 0.5 }],
    'match_observations at-ahead': [{ at: minutesAgo(-60) }],
  },
})
