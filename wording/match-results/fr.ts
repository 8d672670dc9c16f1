/** Sentences of match-results, in French, as its collector's log prints them. */
import { french } from '../french.ts'
import type { Translation } from '../table.ts'
import { countedInFrench } from '../text.ts'
import type { matchResults as english } from './en.ts'

const CHANGED = 'le format du flux a peut-être changé'

export const matchResults = {
  'replay-poll-gone': french`l'interrogation dont elle fait partie n'est plus enregistrée, ou l'enregistrement de son exécution a disparu : le présent est dans l'interrogation suivante`,
  'past-not-shown': ({ command }) =>
    french`un flux en direct n'a que le présent ; « ${command} » reprend les matchs d'un ancien collecteur`,
  'feed-truncated': ({ events }) =>
    french`flux tronqué : ${events} événements reçus, d'autres manquent peut-être ; un match absent ne compte pas comme terminé`,
  'events-refused': ({ events }) => french`événements rejetés : ${events}, voir quarantine`,
  'events-nameless': ({ events }) =>
    french`dont ${events} sans identifiant lisible, qui peuvent être n'importe quel match : aucun match ne compte comme terminé par ce relevé`,
  'feed-empty': 'le flux est vide : aucun match ne compte comme terminé pour cela',
  'feed-without-matches': ({ events }) =>
    french`aucun match lisible parmi ${countedInFrench(events, 'événement')} : aucun ne compte comme terminé pour cela`,
  'half-left-out': ({ named, left }) =>
    french`le relevé a ${countedInFrench(named, 'match')} et omet ${countedInFrench(left, 'match ouvert', 'matchs ouverts')}, plus de la moitié d'un coup : aucun ne compte encore comme terminé par ce relevé`,

  'no-match-readable': ({ matches, refusal }) =>
    french`aucun de ${countedInFrench(matches, 'match')} n'est lisible (« ${refusal} ») : ${CHANGED}`,
  'no-status': ({ matches }) =>
    french`aucun de ${countedInFrench(matches, 'match')} n'a de statut, d'horloge ou de score : ${CHANGED}`,
  'no-score': ({ matches }) =>
    french`aucun de ${countedInFrench(matches, 'match')} en cours n'a de score : ${CHANGED}`,
  'no-odds': ({ matches }) =>
    french`aucun de ${countedInFrench(matches, 'match')} à venir n'a de cotes 1 / X / 2 : ${CHANGED}`,

  'feed-full':
    "le flux a rendu autant d'événements qu'une réponse en contient, et n'est pas demandé par ligue (split_by_league) ; d'autres manquent peut-être",
  'leagues-unknown': ({ message }) =>
    french`la liste des ligues du flux n'a pas pu être lue (« ${message} »)`,
  'leagues-too-many': ({ leagues, most }) =>
    french`le flux a ${leagues} ligues ; ${most} au plus sont demandées par minute`,
  'leagues-none': 'le flux est plein, et sa liste des ligues est vide',
  'leagues-failed': ({ failed, asked, message }) =>
    french`ligues qui n'ont pas pu être demandées : ${failed} sur ${asked} ; la première : « ${message} »`,
  'leagues-full': ({ leagues }) =>
    french`ligues qui ont autant d'événements qu'une réponse en contient : ${leagues} ; d'autres événements de ces ligues manquent peut-être`,
  'leagues-lack-matches': ({ missing, of }) =>
    french`matchs de la première réponse du flux qui ne sont dans aucune réponse de ses ligues : ${missing} sur ${of} ; cet hôte ignore peut-être le paramètre champs`,
  'leagues-short': ({ leagues, first }) =>
    french`ligues qui annoncent plus du double des événements de leurs réponses : ${leagues} ; la première est ${first}`,

  'results-failed': ({ failed, asked, message }) =>
    french`ligues dont les résultats n'ont pas pu être lus : ${failed} sur ${asked} ; la première : « ${message} »`,
  'results-too-many': ({ waiting, asked }) =>
    french`ligues qui attendent des résultats : ${waiting} ; ${asked} au plus sont demandées à la fois`,
  'results-without-score': ({ games }) =>
    french`aucun de ${countedInFrench(games, 'match')} n'a de score lisible : le format des résultats a peut-être changé`,
  'results-late': ({ matches, leagues }) =>
    french`matchs qui attendent leurs résultats depuis plus d'une heure : ${matches}, de ${countedInFrench(leagues, 'ligue')} ; le service ne connaît pas ces ligues : il les nomme peut-être autrement`,
  'games-refused': ({ games }) => french`résultats rejetés : ${games}, voir quarantine`,

  'looks-too-late': ({ matches }) =>
    french`matchs laissés inchangés : ${matches} ; un relevé tardif est plus ancien que ceux qui sont gardés`,
  'looks-ahead': ({ polls }) =>
    french`relevés en avance sur l'horloge de la base, ignorés : ${polls} ; une horloge n'était pas à l'heure, et les matchs restent comme avant`,
  'look-passed-over': ({ polledAt, said }) =>
    french`le relevé de ${polledAt} ne peut pas être suivi et est ignoré (« ${said} »)`,
  'breach-no-score': "un match confirmé n'a pas de score",
  'breach-match-order': 'over_at précède started_at',
  'matches-file-left': ({ message }) =>
    french`data/matches.csv est laissé à la prochaine collecte (« ${message} »)`,
} satisfies Translation<typeof english>
