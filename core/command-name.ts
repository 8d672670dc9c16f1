/** The command as messages name it. */

/** As typed in the root folder of the clone or of the image. */
export const ALMANAC = './almanac'
