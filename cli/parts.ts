/** The pipelines' parts of the command: one line each. */
import type { PipelineId } from '../pipelines/index.ts'
import type { CliPart } from './cli-part.ts'
import { cryptoForecastCli } from './crypto-forecast/part.ts'
import { housekeepingCli } from './housekeeping/part.ts'
import { libraryContextCli } from './library-context/part.ts'
import { matchResultsCli } from './match-results/part.ts'
import { modStatsCli } from './mod-stats/part.ts'

export const CLI_PARTS: { [Id in PipelineId]: CliPart<Id> } = {
  'mod-stats': modStatsCli,
  'crypto-forecast': cryptoForecastCli,
  'library-context': libraryContextCli,
  'match-results': matchResultsCli,
  housekeeping: housekeepingCli,
}
