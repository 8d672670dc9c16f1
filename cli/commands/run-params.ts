/** Parameters of a run, from `--input name=value` and from the options that pipelines give to `almanac run`. */
import { didYouMean, expectation } from '../../config/explain-settings.ts'
import { WrongUsage } from '../../core/failures.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { sentence } from '../../wording/sentence.ts'
import { expectationOf } from '../../wording/wrong-usage.ts'
import { CLI_PARTS } from '../parts.ts'

const PARAM_OPTIONS = PIPELINES.flatMap(({ id }) => CLI_PARTS[id].runOptions ?? [])

/** Throws `WrongUsage` with a sentence for each that the pipeline does not know or that has a wrong value. */
export function readParams(
  pipeline: Pipeline,
  options: { input?: string[] | undefined },
): Record<string, unknown> {
  const pairs = (options.input ?? []).map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new WrongUsage(`--input "${text}": expected key=value.`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const given = new Map<string, unknown>(Object.entries(options))
  const named = PARAM_OPTIONS.flatMap(({ param }) =>
    given.has(param) ? [[param, given.get(param)] as const] : [],
  )
  const values = Object.fromEntries<unknown>([...pairs, ...named])
  const parsed = pipeline.params.safeParse(values, { error: expectation })
  if (parsed.success) return parsed.data
  const isOption = (key: string) => named.some(([name]) => name === key)
  const sentences = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      const key = issue.path.join('.')
      return [
        `--${isOption(key) ? key : `input ${key}`} "${String(values[key])}": ${sentence(expectationOf(issue.message))}.`,
      ]
    }
    // One issue names all the keys that are not known.
    return issue.keys.map((key) =>
      isOption(key)
        ? `--${key}: ${pipeline.id} does not take it.`
        : `--input ${key}: ${pipeline.id} does not take it${didYouMean(key, Object.keys(pipeline.params.shape))}`,
    )
  })
  throw new WrongUsage(sentences.join('\n'))
}
