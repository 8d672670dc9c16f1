/** The importer of each pipeline that takes over something from its predecessor. */
import { PIPELINES } from '../../pipelines/index.ts'
import { CLI_PARTS } from '../parts.ts'
import type { Importer } from './importer.ts'

/** Loads all importers, by the id of their pipeline. */
export async function loadImporters(): Promise<Map<string, Importer>> {
  const loaded = PIPELINES.map(async ({ id }) => [id, await CLI_PARTS[id].importer?.()] as const)
  const known = (await Promise.all(loaded)).flatMap(([id, importer]) =>
    importer === undefined ? [] : [[id, importer] as const],
  )
  return new Map(known)
}
