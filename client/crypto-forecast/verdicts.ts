/** What the figures of forecasts mean: as codes, and in sentences that claim no more than they show. */
import { INTERVAL_PERCENT } from '../../activities/crypto-forecast/model/conformal.ts'
import { overlapOf, type ForecastFigures } from './figures.ts'

/** From about thirty on the mean of a sample is near enough to normal for two standard errors to mean 95 %. */
const FEWEST_SCORED = 30
/** Forecasts that overlap are judged once they span a week: thirty of one day describe that day alone. */
const FEWEST_SPANS = 7
/** Beyond two standard errors chance alone comes once in twenty times. */
const STANDARD_ERRORS = 2

const PROMISED = INTERVAL_PERCENT / 100

export const SKILL_CODES = ['too-few', 'no-better', 'perhaps-better', 'better'] as const
export const INTERVAL_CODES = ['too-few', 'as-promised', 'too-narrow', 'too-wide'] as const
type SkillCode = (typeof SKILL_CODES)[number]
type IntervalCode = (typeof INTERVAL_CODES)[number]

/** How many scored forecasts of a horizon a judgement needs. */
export function scoredNeeded(horizon: string): number {
  return Math.max(FEWEST_SCORED, FEWEST_SPANS * overlapOf(horizon))
}

/** Whether the forecasts beat the naive one; `perhaps-better` is within what chance does. */
export function skillCode({ skill, ...figures }: ForecastFigures): SkillCode {
  const { mae, naiveMae, gainDeviation, scored, horizon } = figures
  if (scored < scoredNeeded(horizon)) return 'too-few'
  if (!(skill > 0)) return 'no-better'
  // Forecasts that overlap count as one.
  const standardError = gainDeviation / Math.sqrt(scored / overlapOf(horizon))
  return naiveMae - mae > STANDARD_ERRORS * standardError ? 'better' : 'perhaps-better'
}

/** Whether the intervals hold as many prices as they promise. */
export function intervalCode({ coverage, intervals, horizon }: ForecastFigures): IntervalCode {
  // A predictor whose intervals began late has too few of them for a judgement at first.
  if (intervals < scoredNeeded(horizon)) return 'too-few'
  const standardError = Math.sqrt((PROMISED * (1 - PROMISED)) / (intervals / overlapOf(horizon)))
  const off = coverage - PROMISED
  if (Math.abs(off) <= STANDARD_ERRORS * standardError) return 'as-promised'
  return off < 0 ? 'too-narrow' : 'too-wide'
}

/** One sentence a line of figures: whether it beats the naive forecast, and whether its interval keeps its promise. */
export function verdicts(all: readonly ForecastFigures[]): string[] {
  return all.map((figures) => {
    const { crypto, horizon, modelVersion, scored } = figures
    const isOneOfSeveral =
      all.filter((other) => other.crypto === crypto && other.horizon === horizon).length > 1
    const subject = `${crypto} ${horizon}${isOneOfSeveral ? ` ${modelVersion}` : ''}`
    const code = skillCode(figures)
    if (code === 'too-few') {
      return `${subject}: too few to judge (${scored} scored; ${scoredNeeded(horizon)} are needed)`
    }
    return [`${subject}: ${skillVerdict(figures, code)}`, ...intervalVerdict(figures)].join('; ')
  })
}

function skillVerdict({ skill, scored }: ForecastFigures, code: Exclude<SkillCode, 'too-few'>): string {
  const over = `the naive forecast (skill ${skill.toFixed(3)} over ${scored} forecasts)`
  const said = {
    'no-better': `does not beat ${over}`,
    'perhaps-better': `is better than ${over}, but not beyond chance`,
    better: `beats ${over}`,
  }
  return said[code]
}

const INTERVAL_WORDS = {
  'as-promised': 'as promised',
  'too-narrow': 'too narrow',
  'too-wide': 'too wide',
}

function intervalVerdict(figures: ForecastFigures): string[] {
  const code = intervalCode(figures)
  if (code === 'too-few') return []
  const { coverage, intervals, horizon } = figures
  const alone = intervals / overlapOf(horizon)
  const count = alone < intervals ? `${intervals} (${Math.floor(alone)} without overlap)` : `${intervals}`
  return [
    `the ${INTERVAL_PERCENT} % interval held ${(100 * coverage).toFixed(1)} % of ${count}: ${INTERVAL_WORDS[code]}`,
  ]
}
