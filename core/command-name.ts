/** Commands as messages name them, for the stack that a process works for. */

/** As typed in the root folder of the clone or of the image; alone only in help texts. */
export const ALMANAC = './almanac'

let isOfDemo = false

/** Makes the commands of all messages those of one stack: a process works for one. Default: `live`. */
export function nameCommandsOf(mode: 'live' | 'demo'): void {
  isOfDemo = mode === 'demo'
}

/** A command that can be copied from a message: `./almanac runs`, and in the demo `./almanac runs --demo`. */
export const almanacCommand = (words: string): string => `${ALMANAC} ${words}${isOfDemo ? ' --demo' : ''}`
