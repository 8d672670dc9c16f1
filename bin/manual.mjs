/** Help and version while the packages are not installed: from package.json, and from the manual made of the help texts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Prints what `--version` or `--help` asks for and returns the exit code.
 *
 * @param {string} root folder of the clone
 * @param {string[]} argv
 */
export function manualAnswer(root, argv) {
  const isVersion = argv.includes('--version') || argv.includes('-V')
  console.log(isVersion ? versionIn(root) : helpIn(readFileSync(join(root, 'docs', 'cli.md'), 'utf8'), argv))
  return 0
}

/** @param {string} root */
const versionIn = (root) => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

/**
 * The help text of a command, or the list of all.
 *
 * @param {string} manual
 * @param {string[]} argv
 */
function helpIn(manual, argv) {
  const words = argv.filter((word) => !word.startsWith('-'))
  // What follows a command's words are its arguments.
  for (let count = words.length; count > 0; count--) {
    const [, behind] = manual.split(`\n## almanac ${words.slice(0, count).join(' ')}\n`)
    const [, text] = behind?.split(/```(?:text)?\n/) ?? []
    if (text !== undefined) return text.trimEnd()
  }
  const commands = [...manual.matchAll(/^- \[`(.+?)`\]\(.+?\): (.+)$/gm)]
  return commands.map(([, name = '', what = '']) => `${name.padEnd(COMMAND_COLUMNS)}${what}`).join('\n')
}

/** The longest command, and two spaces. */
const COMMAND_COLUMNS = 28
