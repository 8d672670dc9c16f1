/** Names of the models whose forecasts were imported, so that none is taken for a model that forecasts here. */

const MARK = 'imported/'

/** Name under which imported forecasts are stored; what was exported under such a name keeps it. */
export const importedModel = (name: string): string => (name.startsWith(MARK) ? name : MARK + name)

/** Name that an imported model has where it forecasts; undefined for a model that forecasts here. */
export const importedFrom = (modelVersion: string): string | undefined =>
  modelVersion.startsWith(MARK) ? modelVersion.slice(MARK.length) : undefined
