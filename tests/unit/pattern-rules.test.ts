/** No comment excepts a line from the rules of oxlint.config.js about patterns: `npm run lint` would not see that. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'
import { projectFiles } from '../support/project-files.ts'

/** The rules that the comments of a text switch off, up to their reasons; '' for a comment that names none and so takes all. */
function switchedOff(text: string): string[] {
  return [...text.matchAll(/lint-disable(?:-next-line|-line)?\b(.*)/g)].flatMap(([, rest = '']) => {
    const [names = ''] = rest.split(/--|\*\//)
    return names.split(',').map((name) => name.trim())
  })
}

const exceptsPatterns = (text: string) =>
  switchedOff(text).some((rule) => rule === '' || rule.includes('regexp') || rule.includes('super-linear'))

it.each([
  '// oxlint-disable-next-line regexp/no-super-linear-move -- it is short',
  '// oxlint-disable-next-line typescript/no-deprecated, regexp/no-super-linear-backtracking',
  '/* oxlint-disable */',
  'match(/a*b/) // oxlint-disable-line',
  '// oxlint-disable-next-line -- all of them',
])('sees that a comment excepts a pattern: %s', (text) => {
  expect(exceptsPatterns(text)).toBe(true)
})

it('takes a comment that excepts from another rule', () => {
  expect(exceptsPatterns('// oxlint-disable-next-line react/exhaustive-deps')).toBe(false)
})

it('no comment of the code excepts a pattern', () => {
  const files = projectFiles().filter(
    (file) => /\.tsx?$/.test(file) && !/^(tests|bench|simulator|docs)\//.test(file),
  )
  expect(files.length).toBeGreaterThan(500)
  expect(files.filter((file) => exceptsPatterns(readFileSync(join(packageRoot, file), 'utf8')))).toEqual([])
})
