/** What broke, found in contextmaker's log: it says well done at its end whatever happened. */
import { describe, expect, it } from 'vitest'
import { complaintIn } from '../../../../activities/library-context/contextmaker/complaint.ts'

const WELL = '2026-11-21 19:06:40,843 [INFO] Conversion completed successfully. Output: /out/name.md'
const USUAL = [
  '2026-11-21 19:15:19,349 [ERROR] pip is not available. Automatic installation impossible.',
  "2026-11-21 19:15:19,349 [INFO] Library name not available (ImportError: No module named 'name'), continuing without installation",
]

describe('the error in a log', () => {
  it('the error in a log is its last exception, which is the cause', () => {
    const log = [
      ...USUAL,
      '    sphinx.errors.ConfigError: There is a programmable error in your configuration file:',
      '      File "/src/name/docs/conf.py", line 25, in <module>',
      '    MemoryError',
      '2026-11-21 19:06:40,825 [WARNING] Sphinx build failed',
      WELL,
    ]
    expect(complaintIn(log.join('\n'))).toBe('MemoryError')
  })

  it('the error in a log quotes the message of the exception, up to a bound', () => {
    const log = `ModuleNotFoundError: No module named 'numpy'\n${WELL}`
    expect(complaintIn(log)).toBe("ModuleNotFoundError: No module named 'numpy'")
    expect(complaintIn(`ValueError: ${'x'.repeat(5_000)}`)).toHaveLength(200)
  })

  it('the error in a log is "the build failed" if the exception has no message', () => {
    const log = `${USUAL.join('\n')}\n2026-11-21 19:15:27,047 [WARNING] Sphinx build failed\n${WELL}`
    expect(complaintIn(log)).toBe('Sphinx build failed')
  })

  it('finds no error in lines that every log has', () => {
    expect(complaintIn([...USUAL, WELL].join('\n'))).toBeUndefined()
  })
})
