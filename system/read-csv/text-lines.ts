/** Lines of a text that arrives in pieces. */

export interface TextLine {
  /** From 1. */
  number: number
  text: string
  /** What ended the line: `\n`, `\r\n`, `\r`, or nothing at the end of the text. */
  end: string
}

/** The lines of a text, whatever ends them; a last line that is empty is none. */
export async function* linesIn(pieces: AsyncIterable<string>): AsyncGenerator<TextLine, undefined> {
  let number = 0
  let begun: string[] = []
  let isAfterReturn = false
  for await (const piece of pieces) {
    if (piece === '') continue
    // The second half of \r\n may come with the next piece; the line was given out at the first.
    let start = isAfterReturn && piece.startsWith('\n') ? 1 : 0
    isAfterReturn = piece.endsWith('\r')
    const ends = /\r\n|\n|\r/g
    ends.lastIndex = start
    for (let found = ends.exec(piece); found !== null; found = ends.exec(piece)) {
      yield { number: ++number, text: [...begun, piece.slice(start, found.index)].join(''), end: found[0] }
      begun = []
      start = ends.lastIndex
    }
    if (start < piece.length) begun.push(piece.slice(start))
  }
  if (begun.length > 0) yield { number: ++number, text: begun.join(''), end: '' }
}
