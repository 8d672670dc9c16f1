/** What is stored against what the simulator's world says; one line for each pipeline that has a truth. */
import { wrongResults } from '../match-results/stored-truth.ts'
import { wrongCounts } from '../mod-stats/stored-truth.ts'

export const TRUTHS = [wrongResults, wrongCounts] as const
