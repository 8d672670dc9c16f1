/** housekeeping in the simulator: it asks nobody. */
import type { SimulatorPart } from '../part.ts'

export const housekeeping: SimulatorPart<object, object, object> = {
  start: () => ({ world: {}, truth: () => ({}), upstreams: [] }),
}
