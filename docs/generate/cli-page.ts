/** `docs/cli.md`: the help text of every command, as `--help` prints it. */
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { addCommands } from '../../cli/commands/index.ts'

/** Width that the help texts are wrapped to, in characters. */
const WIDTH = 100

/** The text of the page. */
export function cliPage(): string {
  const commands = allCommands()
  const list = commands.map(
    ({ name, summary }) => `- [\`${name}\`](#${name.replaceAll(' ', '-')}): ${summary}`,
  )
  const sections = commands.map(({ name, help }) => `## ${name}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\``)
  return [INTRODUCTION, list.join('\n'), ...sections].join('\n\n')
}

const INTRODUCTION = `# Commands

<!-- Generated from the commands' help texts. Change those, then run: npm run docs -->

Run \`./almanac\` in the clone or in the Docker image. Every command has \`--help\`. [runs.md](runs.md)
explains outcomes and exit codes.`

interface CommandHelp {
  /** With the commands above it: `almanac spool list`. */
  name: string
  summary: string
  help: string
}

/** Every command that does something by itself, in the order of the help text. */
function allCommands(): CommandHelp[] {
  const written: string[] = []
  const program = new Command('almanac')
  // Commands inherit this when they are added.
  program.configureOutput({
    writeOut: (text) => void written.push(text),
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  })
  addCommands(program, () => undefined)

  const helpOf = (command: CommandUnknownOpts) => {
    written.length = 0
    command.outputHelp()
    return written.join('')
  }
  const below = (command: CommandUnknownOpts, path: string): CommandHelp[] =>
    command.commands.flatMap((child) => {
      const name = `${path} ${child.name()}`
      const own = { name, summary: child.description(), help: helpOf(child) }
      return isOnlyAGroup(child) ? below(child, name) : [own, ...below(child, name)]
    })
  return below(program, 'almanac')
}

/** `almanac spool` alone prints help; `almanac matches` lists matches and has a command below it. */
function isOnlyAGroup(command: CommandUnknownOpts): boolean {
  return command.commands.length > 0 && command.options.length === 0
}
