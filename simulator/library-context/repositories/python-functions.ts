/** Functions of generated packages: real Python of a few kinds, each with a docstring, a signature and an example. */

export interface PythonFunction {
  name: string
  signature: string
  /** First line of the docstring. */
  summary: string
  /** A call and what it gives, as an interactive session shows them. */
  example: { call: string; result: string }
  source: string
}

interface Pattern {
  verb: string
  args: string
  summary: string
  notes: string
  parameters: string[]
  returns: string
  call: string
  result: string
  body: string[]
}

const VALUES = 'values : sequence of float\n    Measurements, in any order; they are not changed.'

/** `%q` is the quantity in words, `%o` what it was taken from; the results are what CPython prints. */
const PATTERNS: readonly [Pattern, ...Pattern[]] = [
  {
    verb: 'estimate',
    args: 'values, weights=None',
    summary: 'Estimate the %q of one %o from several measurements.',
    notes:
      'The estimate is the weighted mean. Weights are taken as inverse variances, so that a noisy exposure counts less than a quiet one; without weights all count the same.',
    parameters: [VALUES, 'weights : sequence of float, optional\n    One weight a measurement.'],
    returns: 'float\n    The weighted mean of the measurements.',
    call: '[1.0, 2.0, 6.0]',
    result: '3.0',
    body: [
      'weights = [1.0] * len(values) if weights is None else weights',
      'if len(weights) != len(values):',
      '    raise ValueError("one weight a measurement is needed")',
      'return sum(v * w for v, w in zip(values, weights)) / sum(weights)',
    ],
  },
  {
    verb: 'correct',
    args: 'values, offset=0.0, scale=1.0',
    summary: 'Correct the %q of every %o for an offset and a scale.',
    notes:
      'The offset is taken away first and the rest is divided by the scale, which is the order in which an instrument adds them. Two corrections one after the other are therefore not the same as one with both sums.',
    parameters: [VALUES, 'offset, scale : float\n    What the calibration found.'],
    returns: 'list of float\n    Corrected values in the order given.',
    call: '[3.0, 5.0], offset=1.0, scale=2.0',
    result: '[1.0, 2.0]',
    body: [
      'if scale == 0:',
      '    raise ValueError("a scale of zero cannot be undone")',
      'return [(value - offset) / scale for value in values]',
    ],
  },
  {
    verb: 'fit',
    args: 'times, values',
    summary: 'Fit a straight line to the %q of one %o over time.',
    notes:
      'Ordinary least squares, computed from centred times, which keeps the digits that Julian dates would otherwise lose. Fewer than two distinct times have no slope and are refused.',
    parameters: ['times : sequence of float\n    When each value was taken, in days.', VALUES],
    returns: 'tuple of float\n    Slope per day and value at the mean time.',
    call: '[0.0, 1.0, 2.0], [1.0, 3.0, 5.0]',
    result: '(2.0, 3.0)',
    body: [
      'middle = sum(times) / len(times)',
      'mean = sum(values) / len(values)',
      'spread = sum((time - middle) ** 2 for time in times)',
      'if spread == 0:',
      '    raise ValueError("two distinct times are needed")',
      'product = sum((t - middle) * (v - mean) for t, v in zip(times, values))',
      'return product / spread, mean',
    ],
  },
  {
    verb: 'clip',
    args: 'values, limit=3.0',
    summary: 'Drop measurements of the %q that lie too far from the median of the %o.',
    notes:
      'Distances are counted in median absolute deviations, since one cosmic ray or one bad tick moves a standard deviation but hardly a median. A series without any scatter is given back as it came.',
    parameters: [VALUES, 'limit : float\n    Largest distance that is kept.'],
    returns: 'list of float\n    What is left, in the order given.',
    call: '[1.0, 2.0, 3.0, 90.0]',
    result: '[1.0, 2.0, 3.0]',
    body: [
      'middle = median(values)',
      'scatter = median([abs(value - middle) for value in values])',
      'if scatter == 0:',
      '    return list(values)',
      'return [value for value in values if abs(value - middle) <= limit * scatter]',
    ],
  },
  {
    verb: 'bin',
    args: 'values, size=2',
    summary: 'Average the %q of one %o over consecutive bins.',
    notes:
      'Bins hold the same number of measurements, not the same time; the last one holds what is left over. Averages of full bins have a noise that is smaller by the square root of the size.',
    parameters: [VALUES, 'size : int\n    Measurements in a bin.'],
    returns: 'list of float\n    One mean a bin.',
    call: '[1.0, 3.0, 5.0, 7.0]',
    result: '[2.0, 6.0]',
    body: [
      'if size < 1:',
      '    raise ValueError("a bin holds at least one measurement")',
      'groups = [values[at:at + size] for at in range(0, len(values), size)]',
      'return [sum(group) / len(group) for group in groups]',
    ],
  },
  {
    verb: 'compare',
    args: 'first, second, tolerance=1e-9',
    summary: 'Compare the %q of two lists, %o by %o.',
    notes:
      'Two values agree when their difference is not greater than the tolerance. Lists of different lengths are not stretched: comparing them is a mistake of the caller and is refused.',
    parameters: [
      'first, second : sequence of float\n    Values in the same order.',
      'tolerance : float\n    Largest difference that counts as equal.',
    ],
    returns: 'list of bool\n    Whether each pair agrees.',
    call: '[1.0, 2.0], [1.0, 2.5]',
    result: '[True, False]',
    body: [
      'if len(first) != len(second):',
      '    raise ValueError("both lists need the same length")',
      'return [abs(a - b) <= tolerance for a, b in zip(first, second)]',
    ],
  },
]

/** The function number `place` of a module, on one quantity of it; `object` is what a value was taken from. */
export function pythonFunction(options: {
  package: string
  module: string
  quantity: string
  object: string
  place: number
}): PythonFunction {
  const pattern = PATTERNS[options.place % PATTERNS.length] ?? PATTERNS[0]
  const words = (text: string) =>
    text.replaceAll('%q', options.quantity.replaceAll('_', ' ')).replaceAll('%o', options.object)
  const name = `${pattern.verb}_${options.quantity}`
  const summary = words(pattern.summary)
  const call = `${name}(${pattern.call})`
  const docstring = [
    `"""${summary}`,
    '',
    words(pattern.notes),
    ...section('Parameters', pattern.parameters.join('\n')),
    ...section('Returns', pattern.returns),
    ...section(
      'Examples',
      `>>> from ${options.package}.${options.module} import ${name}\n>>> ${call}\n${pattern.result}`,
    ),
    '"""',
  ]
  const lines = [...docstring.join('\n').split('\n'), ...pattern.body]
  const source = `def ${name}(${pattern.args}):\n${lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}\n`
  return {
    name,
    signature: `${name}(${pattern.args})`,
    summary,
    example: { call, result: pattern.result },
    source,
  }
}

function section(title: string, text: string): string[] {
  return ['', title, '-'.repeat(title.length), text]
}
