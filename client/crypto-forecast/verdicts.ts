/** What the figures of forecasts mean, in sentences that claim no more than they show. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import { overlapOf, type ForecastFigures } from './figures.ts'

/** From about thirty on the mean of a sample is near enough to normal for two standard errors to mean 95 %. */
const FEWEST_SCORED = 30
/** Forecasts that overlap are judged once they span a week: thirty of one day describe that day alone. */
const FEWEST_SPANS = 7
/** Beyond two standard errors chance alone comes once in twenty times. */
const STANDARD_ERRORS = 2

const PROMISED = INTERVAL_PERCENT / 100

/** How many scored forecasts of a horizon a judgement needs. */
export function scoredNeeded(horizon: string): number {
  return Math.max(FEWEST_SCORED, FEWEST_SPANS * overlapOf(horizon))
}

/** One sentence a line of figures: whether it beats the naive forecast, and whether its interval keeps its promise. */
export function verdicts(all: readonly ForecastFigures[]): string[] {
  return all.map((figures) => {
    const { crypto, horizon, modelVersion, scored } = figures
    const isOneOfSeveral =
      all.filter((other) => other.crypto === crypto && other.horizon === horizon).length > 1
    const subject = `${crypto} ${horizon}${isOneOfSeveral ? ` ${modelVersion}` : ''}`
    const needed = scoredNeeded(horizon)
    if (scored < needed) return `${subject}: too few to judge (${scored} scored; ${needed} are needed)`
    return [`${subject}: ${skillVerdict(figures)}`, ...intervalVerdict(figures)].join('; ')
  })
}

function skillVerdict(figures: ForecastFigures): string {
  const { skill, scored } = figures
  const over = `the naive forecast (skill ${skill.toFixed(3)} over ${scored} forecasts)`
  if (!(skill > 0)) return `does not beat ${over}`
  return isBeyondChance(figures) ? `beats ${over}` : `is better than ${over}, but not beyond chance`
}

/** Whether the mean gain over the naive forecast is clear of 0, counting forecasts that overlap as one. */
function isBeyondChance({ mae, naiveMae, gainDeviation, scored, horizon }: ForecastFigures): boolean {
  const standardError = gainDeviation / Math.sqrt(scored / overlapOf(horizon))
  return naiveMae - mae > STANDARD_ERRORS * standardError
}

function intervalVerdict({ coverage, intervals, horizon }: ForecastFigures): string[] {
  // A predictor whose intervals began late has too few of them for a judgement at first.
  if (intervals < scoredNeeded(horizon)) return []
  const alone = intervals / overlapOf(horizon)
  const standardError = Math.sqrt((PROMISED * (1 - PROMISED)) / alone)
  const off = coverage - PROMISED
  const isKept = Math.abs(off) <= STANDARD_ERRORS * standardError
  const word = isKept ? 'as promised' : off < 0 ? 'too narrow' : 'too wide'
  const count = alone < intervals ? `${intervals} (${Math.floor(alone)} without overlap)` : `${intervals}`
  return [`the ${INTERVAL_PERCENT} % interval held ${(100 * coverage).toFixed(1)} % of ${count}: ${word}`]
}
