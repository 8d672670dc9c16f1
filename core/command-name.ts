/** How messages name the command. */

/** As a person types it in the folder of the clone, and in that of the image. */
export const ALMANAC = './almanac'
