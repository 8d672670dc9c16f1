/** A picture of a terminal: text with ANSI colours as an SVG, readable on a light and on a dark page. */

const FONT_PX = 13
/** Monospace fonts differ in width; each piece of text is stretched to this many pixels a character. */
const CHARACTER_PX = 7.8
const LINE_PX = 18
const PADDING_PX = 16
/** Wider text would be too small to read in the column of a web page; longer lines are cut. */
const MAX_COLUMNS = 100
/** The strip with the window's three dots. */
const TITLE_PX = 28

/** Foreground colours by SGR code, on the background of the picture. */
const COLOURS: Record<number, string> = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
  90: '#8b949e',
}
const BACKGROUND = '#0d1117'
const FOREGROUND = '#e6edf3'
const DIM = '#8b949e'
const BORDER = '#30363d'

interface Style {
  colour?: string
  isBold: boolean
  isDim: boolean
}

interface Piece {
  /** Column of its first character, from 0. */
  column: number
  text: string
  style: Style
}

const PLAIN: Style = { isBold: false, isDim: false }

/** The picture of a terminal that shows this text. `title` is for those who cannot see it. */
export function terminalSvg(text: string, title: string): string {
  const lines = linesOf(text.trimEnd()).map(cut)
  const columns = Math.max(...lines.map(widthOf))
  const width = Math.ceil(columns * CHARACTER_PX) + 2 * PADDING_PX
  const height = TITLE_PX + lines.length * LINE_PX + PADDING_PX
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, n) => `<circle cx="${18 + 18 * n}" cy="16" r="5.5" fill="${colour}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${BACKGROUND}" stroke="${BORDER}"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="${FONT_PX}" fill="${FOREGROUND}">`,
    ...lines.flatMap((pieces, n) =>
      pieces.map((piece) => textElement(piece, TITLE_PX + (n + 1) * LINE_PX - 4)),
    ),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function linesOf(text: string): Piece[][] {
  let style = PLAIN
  return text.split('\n').map((line) => {
    const pieces: Piece[] = []
    let column = 0
    // Odd parts are the codes of the escape sequences between the texts.
    for (const [n, part] of line.split(/\u001b\[([\d;]*)m/).entries()) {
      if (n % 2 === 1) {
        style = part.split(';').map(Number).reduce(withCode, style)
        continue
      }
      // Columns of a table stay aligned in every font, because each cell has its own place.
      for (const { 0: cell, index } of part.matchAll(/\S+(?: \S+)*/g))
        pieces.push({ column: column + index, text: cell, style })
      column += part.length
    }
    return pieces
  })
}

function withCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (code === 1) return { ...style, isBold: true }
  if (code === 2) return { ...style, isDim: true }
  if (code === 22) return { ...style, isBold: false, isDim: false }
  const colour = COLOURS[code]
  if (colour !== undefined) return { ...style, colour }
  return code === 39 ? { isBold: style.isBold, isDim: style.isDim } : style
}

/** The pieces that fit; an ellipsis at the edge stands for the rest. */
function cut(pieces: readonly Piece[]): Piece[] {
  if (widthOf(pieces) <= MAX_COLUMNS) return [...pieces]
  const edge = MAX_COLUMNS - 1
  const fitting = pieces
    .filter(({ column }) => column < edge)
    .map((piece) => ({ ...piece, text: piece.text.slice(0, edge - piece.column) }))
  return [...fitting, { column: edge, text: '…', style: PLAIN }]
}

function widthOf(pieces: readonly Piece[]): number {
  const last = pieces.at(-1)
  return last === undefined ? 0 : last.column + last.text.length
}

function textElement({ column, text, style }: Piece, y: number): string {
  const colour = style.colour ?? (style.isDim ? DIM : undefined)
  const attributes = [
    `x="${rounded(PADDING_PX + column * CHARACTER_PX)}"`,
    `y="${y}"`,
    `textLength="${rounded(text.length * CHARACTER_PX)}"`,
    'lengthAdjust="spacingAndGlyphs"',
    ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ...(style.isBold ? ['font-weight="bold"'] : []),
  ]
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
