/** The words that generated packages are made of: what they measure, and in which field. */

export interface Topic {
  /** Name of the module. */
  module: string
  /** What the module is about, as the object of a sentence. */
  about: string
  /** Quantities that its functions work on, as Python words. */
  quantities: readonly [string, ...string[]]
}

export interface Vocabulary {
  field: string
  /** What one value was taken from. */
  object: string
  topics: readonly Topic[]
}

const SKY: Vocabulary = {
  field: 'astronomy',
  object: 'source',
  topics: [
    {
      module: 'photometry',
      about: 'brightness measured through apertures',
      quantities: ['flux', 'magnitude', 'background', 'colour_index', 'aperture_sum', 'zero_point'],
    },
    {
      module: 'spectra',
      about: 'lines and continua of one-dimensional spectra',
      quantities: ['line_width', 'redshift', 'continuum', 'equivalent_width', 'dispersion', 'sky_level'],
    },
    {
      module: 'lightcurves',
      about: 'how brightness changes with time',
      quantities: ['period', 'phase', 'amplitude', 'trend', 'variability', 'transit_depth'],
    },
    {
      module: 'catalogues',
      about: 'tables of objects and their cross-matches',
      quantities: ['separation', 'completeness', 'parallax', 'proper_motion', 'surface_density', 'epoch'],
    },
    {
      module: 'imaging',
      about: 'frames of a detector and their defects',
      quantities: ['seeing', 'sharpness', 'read_noise', 'gain', 'dark_current', 'fringe_level'],
    },
    {
      module: 'cosmology',
      about: 'distances and ages in an expanding universe',
      quantities: ['distance_modulus', 'lookback_time', 'growth_factor', 'hubble_rate', 'scale_factor'],
    },
    {
      module: 'orbits',
      about: 'motion of bodies around each other',
      quantities: ['eccentricity', 'inclination', 'mean_anomaly', 'semi_major_axis', 'radial_velocity'],
    },
    {
      module: 'maps',
      about: 'pixels on the sphere and their power',
      quantities: ['temperature', 'polarisation', 'power_spectrum', 'beam', 'mask_fraction', 'pixel_area'],
    },
    {
      module: 'halos',
      about: 'mass profiles of simulated haloes',
      quantities: ['virial_mass', 'concentration', 'spin', 'merger_rate', 'density_profile'],
    },
  ],
}

const MARKET: Vocabulary = {
  field: 'quantitative finance',
  object: 'instrument',
  topics: [
    {
      module: 'returns',
      about: 'how prices become returns',
      quantities: ['simple_return', 'log_return', 'drawdown', 'volatility', 'excess_return'],
    },
    {
      module: 'portfolio',
      about: 'weights of positions and their balance',
      quantities: ['weight', 'turnover', 'tracking_error', 'exposure', 'concentration'],
    },
    {
      module: 'options',
      about: 'prices and sensitivities of options',
      quantities: ['implied_volatility', 'delta', 'gamma', 'theta', 'moneyness'],
    },
    {
      module: 'risk',
      about: 'losses that may be expected',
      quantities: ['value_at_risk', 'expected_shortfall', 'beta', 'correlation', 'stress_loss'],
    },
    {
      module: 'curves',
      about: 'interest rates over maturities',
      quantities: ['discount_factor', 'forward_rate', 'duration', 'convexity', 'spread'],
    },
    {
      module: 'indicators',
      about: 'moving figures of a price series',
      quantities: ['momentum', 'moving_average', 'band_width', 'true_range', 'volume_ratio'],
    },
  ],
}

/** The words of a library's field: finance where its name or description says so, else astronomy. */
export function vocabularyOf(text: string): Vocabulary {
  return /financ|market|portfolio|quant|trading/i.test(text) ? MARKET : SKY
}
