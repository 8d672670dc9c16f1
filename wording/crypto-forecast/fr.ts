/** Sentences of crypto-forecast, in French. */
import { french } from '../french.ts'
import type { Translation } from '../table.ts'
import { countedInFrench } from '../text.ts'
import type { cryptoForecast as english } from './en.ts'

const price = (value: number) => value.toLocaleString('fr-FR', { maximumSignificantDigits: 4 })

export const cryptoForecast = {
  'coingecko-too-old': ({ days }) =>
    french`CoinGecko n'a de prix horaires que pour les ${days} derniers jours ; les plus anciens viennent de Binance seul`,
  'replay-coin-unlisted': ({ symbol }) =>
    french`almanac.yaml ne liste aucune monnaie échangée sous ${symbol}`,
  'replay-id-unlisted': ({ crypto }) =>
    french`almanac.yaml ne liste aucune monnaie dont l'identifiant CoinGecko est ${crypto}`,
  'replay-currency-changed': ({ id, currency, command }) =>
    french`ses prix de ${id} sont en ${currency}, et almanac.yaml suit maintenant ${id} dans une autre monnaie ; « ${command} » demande les heures dans celle-ci`,
  'no-prices': ({ crypto }) => french`CoinGecko n'a donné aucun prix de ${crypto}`,
  'coin-rows-refused': ({ crypto, rows }) => french`lignes de ${crypto} rejetées : ${rows}, voir quarantine`,
  'no-comparison': ({ coins }) =>
    french`pas de comparaison pour ${coins.join(', ')} : une des sources n'a pas de prix`,
  'prices-apart': ({ pair, percent }) =>
    french`${pair} sur Binance est à ${percent} % du prix de CoinGecko : l'un des deux est faux, ou l'identifiant et la paire dans almanac.yaml sont de deux monnaies`,
  'ticker-frozen': ({ pair, hours }) =>
    french`le prix de ${pair} sur Binance est figé : il n'y a pas de bougie des ${hours} dernières heures, le prix n'a donc pas été comparé`,
  'pair-silent': ({ pair, since, hours }) =>
    french`Binance n'a pas de bougie de ${pair} depuis ${since} (${hours} heures) : si la paire a été retirée, mettez un autre symbole dans almanac.yaml ou enlevez la monnaie`,
  'candles-missing': ({ crypto, from, to }) =>
    french`${crypto} n'a pas de bougies de ${from} à ${to}, alors que de plus récentes sont venues`,
  'index-days-missing': ({ days, from, to }) =>
    french`il manque ${countedInFrench(days, 'jour')} de l'indice, de ${from} à ${to}, alors que de plus récents sont venus`,
  'prices-not-computed': "les prix n'ont pas pu être calculés",
  'all-left-to-drain':
    "laissé au chargement de la file : des lignes de cette collecte y attendent, et le reste se calcule à partir d'elles",

  'no-forecast': ({ crypto, reason }, say) => french`${crypto} : ${say(reason)}`,
  'no-horizon': ({ crypto, horizon, reason }, say) => french`${crypto} ${horizon} : ${say(reason)}`,
  'no-candle': 'aucune bougie pour faire une prévision',
  'candle-too-old': ({ hours }) =>
    french`pas de prévision à partir d'une bougie vieille de ${countedInFrench(hours, 'heure')}`,
  'newest-row-lacks': ({ feature }) => `il manque ${feature} dans la ligne la plus récente`,
  'rows-too-few': ({ rows, needed }) =>
    french`lignes complètes dont la suite est connue : ${rows} ; il en faut ${needed}`,
  'history-jump': ({ at, before, after, days, rows, needed }) =>
    french`le prix saute de ${before} à ${after} le ${at} (autre unité, ou bougie fausse) : lignes utilisables ${countedInFrench(days, 'jour')} après : ${rows} ; il en faut ${needed}`,
  'history-gap': ({ from, to, rows, needed }) =>
    french`aucune heure entre ${from} et ${to} : lignes utilisables depuis : ${rows} ; il en faut ${needed}`,
  'forecast-implausible': ({ predicted, lastPrice }) =>
    french`une prévision de ${predicted} à partir d'un prix de ${lastPrice} n'est pas crédible`,
  'interval-implausible': ({ lower, upper }) =>
    french`un intervalle de ${lower} à ${upper} n'est pas fait de prix : les erreurs passées sont trop grandes`,
  'reports-wait': ({ reports }) => french`rapports qui attendent la prochaine collecte : ${reports}`,

  check: ({ check, crypto, finding }, say) => french`${check} : ${crypto} ${say(finding)}`,
  'check-rows': ({ rows, days }) =>
    french`a ${countedInFrench(rows, 'ligne')}, dont ${countedInFrench(days, 'jour')} jusqu'à l'heure la plus récente`,
  'check-no-candle': "n'a aucune bougie",
  'check-behind': ({ hours }) =>
    `a ${countedInFrench(hours, 'heure')} de retard sur la dernière heure terminée`,
  'check-nulls': ({ rows, days }) =>
    `a ${countedInFrench(rows, 'ligne')} sans un indicateur, plus de ${countedInFrench(days, 'jour')} après la première`,
  'check-early': ({ rows, days }) =>
    `a ${countedInFrench(rows, 'ligne')} dont les indicateurs enjambent un trou de plus de ${countedInFrench(days, 'jour')}`,
  'check-duplicates': ({ rows }) => `a des lignes qui ne sont pas seules à une heure pleine : ${rows}`,
  'check-gaps': ({ gaps, known }) =>
    french`manque de ${countedInFrench(gaps, 'heure')} que la bourse devrait avoir (et de ${known} qu'elle n'a pas)`,
  'check-hours': ({ gaps, known, others }) =>
    french`manque de ${countedInFrench(gaps, 'heure')} que la bourse devrait avoir (et de ${known} qu'elle n'a pas)${others > 0 ? french` ; heures de CoinGecko : ${others}` : ''}`,
  'check-sources': ({ apart, both, percent }) =>
    french`a ${countedInFrench(apart, 'heure')} sur ${both} où les sources sont à plus de ${percent} % l'une de l'autre`,
  'breach-candle': "high ou low n'est pas le plus haut ou le plus bas de l'heure",
  'breach-bands': 'lower_band est au-dessus de upper_band',
  'breach-interval': "la prévision n'est pas dans son propre intervalle",

  'news-scores': ({ day }) => french`Prévisions pour le ${day}, face à « le prix ne bouge pas »`,
  'news-score': ({ crypto, horizon, scored, mae, naiveMae }) =>
    french`${crypto} ${horizon} : écart moyen ${price(mae)}, l'autre ${price(naiveMae)} (prévisions : ${scored})`,
} satisfies Translation<typeof english>
