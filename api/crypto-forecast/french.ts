/** What crypto-forecast says in French. */
import type { InFrench } from '../in-french.ts'
import type { dataSets } from './data-sets.ts'

const OF_ROW = {
  observed_at: "Quand la source l'a dit, UTC ; pour une ligne calculée, quand elle l'a été",
  run_id: 'Exécution qui a écrit la ligne',
}
const COIN = 'Cryptomonnaie, par son identifiant sur CoinGecko'
const HOUR = "Début de l'heure, UTC"
const WITHOUT_COINGECKO = "CoinGecko n'en donne pas"

const level = (percent: string) =>
  `Niveau de Fibonacci : la plus basse clôture des 30 derniers jours plus ${percent} % de leur étendue`
const volumeOf = (days: number) => `Volume horaire moyen des ${days} derniers jours`
const averageOf = (days: number) => `Clôture horaire moyenne des ${days} derniers jours`
const sentimentOf = (days: number) =>
  `Moyenne de l'indice Fear & Greed des ${days} derniers jours, aujourd'hui compris`

export const inFrench = {
  summary:
    'Bougies horaires de Binance et de CoinGecko, indice Fear & Greed, indicateurs et variables, une prévision par cryptomonnaie, et plus tard si elle était juste',
  params: {},
  steps: {
    openCryptoForecast: 'Prendre le verrou',
    collectBinance: 'Binance : bougies horaires terminées',
    collectCoinGecko: 'CoinGecko : prix horaires',
    collectFearGreed: 'Fear & Greed : indice quotidien',
    compareSpotPrices: 'Prix au comptant des deux sources',
    computePrices: 'Indicateurs, variables, enregistrement',
    checkPrices: 'Contrôler les heures',
    exportFeatures: 'Écrire data/{coin}_features.csv',
    forecastPrices: "Prévoir l'heure et le jour qui viennent",
    scorePredictions: 'Noter les prévisions passées',
    reportToMlflow: 'Rendre compte à MLflow',
    writeMetricsFile: 'Écrire le fichier de mesures',
    closeCryptoForecast: 'Clore le compte rendu',
  },
  upstreams: { 'Model server': 'Serveur de modèles' },
  units: {
    "coin's currency": 'devise de la cryptomonnaie',
    'quote asset of the pair': 'devise de cotation de la paire',
    'of 100': 'sur 100',
  },
  sets: {
    candles: {
      row: "une heure d'une cryptomonnaie, telle qu'une source la rapporte",
      columns: {
        timestamp: HOUR,
        crypto: COIN,
        source: '`binance` ou `coingecko`',
        open: `Premier prix de l'heure ; ${WITHOUT_COINGECKO}`,
        high: `Prix le plus haut de l'heure ; ${WITHOUT_COINGECKO}`,
        low: `Prix le plus bas de l'heure ; ${WITHOUT_COINGECKO}`,
        close: "Dernier prix de l'heure",
        volume: "Échangé sur la bourse pendant l'heure ; seul Binance le donne",
        volume_24h:
          "Échangé sur tous les marchés pendant les 24 heures qui précèdent la fin de l'heure ; seul CoinGecko le donne",
        ...OF_ROW,
      },
    },
    indicators: {
      row: "une heure d'une cryptomonnaie, avec ses indicateurs et ses variables",
      columns: {
        timestamp: HOUR,
        crypto: COIN,
        source: "D'où vient la bougie : `binance`, ou `coingecko` tant que celui-ci n'en a pas",
        open: "Premier prix de l'heure",
        high: "Prix le plus haut de l'heure",
        low: "Prix le plus bas de l'heure",
        price: "Dernier prix de l'heure",
        volume: "Échangé sur la bourse pendant l'heure",
        change_percent: 'Variation du prix depuis la même heure de la veille',
        rsi: 'RSI sur 14 heures, selon Cutler : moyennes simples',
        rsi_wilder: 'RSI sur 14 heures, selon Wilder',
        stoch_rsi: 'Position de `rsi` dans son étendue sur 14 heures',
        stoch_rsi_wilder: 'Position de `rsi_wilder` dans son étendue sur 14 heures',
        macd: 'MACD : moyenne exponentielle sur 12 heures moins celle sur 26',
        macd_signal: 'Moyenne exponentielle de `macd` sur 9 heures',
        macd_histogram: '`macd` moins `macd_signal`',
        sma: 'Moyenne sur 20 heures, au milieu des bandes de Bollinger',
        ema: 'Moyenne exponentielle sur 20 heures',
        upper_band: "Bande de Bollinger supérieure : `sma` plus deux écarts types de l'échantillon",
        lower_band: "Bande de Bollinger inférieure : `sma` moins deux écarts types de l'échantillon",
        adx: 'ADX sur 14 heures, selon Wilder',
        adx_close: 'ADX sur 14 heures, à partir des seules clôtures',
        fibo_23: level('23,6'),
        fibo_38: level('38,2'),
        fibo_50: level('50'),
        fibo_61: level('61,8'),
        fibo_78: level('78,6'),
        volume_avg_7d: volumeOf(7),
        volume_avg_14d: volumeOf(14),
        volume_avg_30d: volumeOf(30),
        sma_7: averageOf(7),
        sma_14: averageOf(14),
        sma_30: averageOf(30),
        fear_greed: 'Indice Fear & Greed du jour UTC',
        fear_greed_7d: sentimentOf(7),
        fear_greed_14d: sentimentOf(14),
        fear_greed_30d: sentimentOf(30),
        formulas: 'Version des formules qui ont calculé la ligne',
        ...OF_ROW,
      },
    },
    'fear-greed': {
      row: "un jour de l'indice Fear & Greed",
      columns: {
        date: 'Jour UTC',
        value: 'Indice : 0 est la peur, 100 est la cupidité',
        classification: "L'indice dans les mots de sa source, comme `Extreme Fear`",
        ...OF_ROW,
      },
    },
    predictions: {
      row: "une prévision, avec sa note une fois l'échéance passée",
      columns: {
        target_time: 'Échéance du prix prévu, UTC',
        crypto: COIN,
        horizon: '`1h` ou `24h`',
        model_version: "Modèle qui l'a faite ; `imported/` et son nom s'il prévoyait ailleurs",
        timestamp: "Début de l'heure à partir de laquelle elle est faite, UTC",
        made_at: 'Date et heure où elle a été faite, UTC',
        predicted_price: 'Prix prévu',
        lower: "Bas de l'intervalle qui devrait contenir 80 % des prix ; vide sans historique d'erreurs",
        upper: 'Haut de cet intervalle',
        last_price: "Prix au moment de la prévision ; c'est aussi la prévision naïve",
        decision: '`BUY`, `SELL` ou `HOLD`, avec des seuils à 1 %',
        model_mae: "Erreur absolue moyenne du modèle sur la partie de l'historique qu'il n'a pas apprise",
        naive_mae: 'Erreur absolue moyenne de la prévision naïve sur la même partie',
        skill: '1 - `model_mae` / `naive_mae` ; au-dessous de 0, la prévision naïve était meilleure',
        train_from: 'Début de ce que le modèle a appris, UTC',
        train_to: 'Fin de ce que le modèle a appris, UTC',
        actual_price: "Prix à l'échéance ; vide tant qu'il n'est pas connu, comme toute la note",
        error: 'Prix prévu moins prix réel',
        naive_error: 'Dernier prix moins prix réel',
        direction_right: 'Si elle a annoncé une hausse pour ce qui a monté, une baisse pour ce qui a baissé',
        within_interval: "Si le prix est resté dans l'intervalle",
        ...OF_ROW,
        scored_run_id: 'Exécution qui a enregistré la note',
      },
    },
    'price-comparisons': {
      row: "les prix au comptant d'une cryptomonnaie chez les deux sources, dans une exécution",
      columns: {
        timestamp: "Début de l'exécution qui les a demandés, UTC",
        crypto: COIN,
        coingecko_price: "Prix de CoinGecko ; vide s'il n'a pas répondu",
        binance_price: "Prix de Binance ; vide s'il n'a pas répondu",
        difference: 'Prix de Binance moins celui de CoinGecko',
        difference_percent: 'La différence en pour cent du prix de CoinGecko',
        ...OF_ROW,
      },
    },
  },
} satisfies InFrench<typeof dataSets>
