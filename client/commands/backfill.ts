/** `almanac backfill`: refuses, with the reason, for a pipeline that can only tell of now. */
import { WrongUsage } from '../exit.ts'
import { knownPipeline } from './run.ts'

export function backfill(id: string): never {
  const pipeline = knownPipeline(id)
  throw new WrongUsage(`${pipeline.id} cannot be backfilled: ${pipeline.noBackfill}.`)
}
