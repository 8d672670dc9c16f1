/** What strangers wrote commands no terminal, wherever it is printed; our own colours stay. */
import { describe, expect, it } from 'vitest'
import { main } from '../../../cli/main.ts'
import { coloured, paint, print, printJson, table } from '../../../cli/output.ts'
import { terminal, withTerminal, type Terminal } from '../../../cli/terminal.ts'

/** Clears the screen, fills the clipboard, moves the cursor, colours, and turns the line around. */
const HOSTILE = 'a\u001b[2Jb\u001b]52;c;eA==\u0007c\u009b1Ad\u001b[31me\u202ef\rg'
const SHOWN = 'a�[2Jb�]52;c;eA==�c�1Ad�[31me�f�g'

/** What a command prints on a terminal of 60 columns, or into a pipe. */
function printed(command: () => void, { isTTY = true } = {}): string {
  let text = ''
  const stdout = { isTTY, columns: 60, write: (part: string) => (text += part) }
  const where: Terminal = { env: { TERM: 'xterm' }, stdout, stderr: stdout, signals: process }
  withTerminal(where, command)
  return text
}

describe('what is printed', () => {
  it('has our colours, and nothing of a stranger beside its letters', () => {
    const line = () => {
      print(`${coloured('complete')} ${HOSTILE} ${paint.bold(HOSTILE)}`)
    }
    expect(printed(line)).toBe(`\u001b[32mcomplete\u001b[39m ${SHOWN} \u001b[1m${SHOWN}\u001b[22m\n`)
    expect(printed(line, { isTTY: false })).toBe(`complete ${SHOWN} ${SHOWN}\n`)
  })

  it('takes as much room in a table as is shown', () => {
    const lines = printed(() => {
      print(
        table(
          ['name', 'state'],
          [
            [HOSTILE, coloured('failed')],
            ['x', 'y'],
          ],
        ),
      )
    }).split('\n')
    expect(lines[1]).toBe(`${SHOWN}  \u001b[31mfailed\u001b[39m`)
    expect(lines[2]?.indexOf('y')).toBe(SHOWN.length + 2)
  })

  it('is the same value for a program that reads JSON', () => {
    const json = printed(() => {
      printJson({ name: HOSTILE })
    })
    expect(json).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    expect(JSON.parse(json)).toEqual({ name: HOSTILE })
  })

  it('is cleaned on standard error too, and in what the parser of the command repeats', async () => {
    expect(printed(() => terminal().stderr.write(HOSTILE))).toBe(SHOWN)
    let said = ''
    const stream = { write: (part: string) => (said += part) }
    const where = { env: {}, stdout: stream, stderr: stream, signals: process }
    expect(await main(['runs', `--${HOSTILE}`], where)).toBe(2)
    expect(said).toContain(SHOWN)
    expect(said).not.toContain('\u001b')
  })
})
