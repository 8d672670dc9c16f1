/** Whether contextmaker can run here: it is tried, in its sandbox. */
import { createContextmaker } from '../../activities/library-context/contextmaker/contextmaker.ts'
import type { Config } from '../../config/load-config.ts'
import { contextmakerVenv } from '../../local/contextmaker-venv.ts'
import { none, ok, warn, type Check } from '../doctor/check.ts'

/** Never `bad`: without it contexts are still made, from what our own reader finds. */
export async function checkContextmaker({ toolsDir, tracked }: Config): Promise<Check> {
  const name = 'contextmaker'
  const readiness = await createContextmaker({ venv: contextmakerVenv(toolsDir) }).ready()
  if (readiness.ok) return ok(name, `${readiness.version} in its sandbox`)
  const { missing, remedy } = readiness
  return tracked['library-context'].enabled
    ? warn(name, `${missing}; library contexts are made by the static reader only`, remedy)
    : none(name, `${missing}; not needed while library-context is off`)
}
