/** How `almanac run` refuses parameters. */
import { describe, expect, it } from 'vitest'
import { readParams } from '../../../../cli/commands/run-params.ts'
import { knownPipeline } from '../../../../cli/known-pipeline.ts'

const crypto = knownPipeline('crypto-forecast')

describe('the parameters of a run', () => {
  it('are read by name', () => {
    expect(readParams(crypto, { input: ['boundSeconds=60', 'derive=true'] })).toEqual({
      boundSeconds: 60,
      derive: true,
    })
  })

  it.each([
    ['boundSeconds', '--input "boundSeconds": expected key=value.'],
    ['boundSeconds=x', '--input boundSeconds "x": expected a number.'],
    ['boundSeconds=0', '--input boundSeconds "0": expected more than 0.'],
    ['derive=maybe', '--input derive "maybe": expected true or false.'],
    ['from=soon', '--input from "soon": expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z).'],
    ['boundSecond=5', '--input boundSecond: crypto-forecast does not take it; did you mean boundSeconds?'],
  ])('are refused with what was found and what is expected: %s', (input, sentence) => {
    expect(() => readParams(crypto, { input: [input] })).toThrow(
      expect.objectContaining({ name: 'WrongUsage', message: sentence }) as Error,
    )
  })

  it('are all refused at once', () => {
    expect(() => readParams(crypto, { input: ['boundSeconds=x', 'zzz=1'] })).toThrow(
      /boundSeconds "x".*\n--input zzz: crypto-forecast does not take it; known: /,
    )
  })
})
