/** The picture of a terminal has the printed text, colours and columns. */
import { describe, expect, it } from 'vitest'
import { terminalSvg } from '../../../docs/generate/terminal-svg.ts'

/** Texts of the picture with their attributes. */
function textsOf(svg: string): { text: string; attributes: string }[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', text = '']) => ({
    text,
    attributes,
  }))
}

const ESC = '\u001b'

describe('terminalSvg', () => {
  it('gives each cell of a table its own place, so that columns stay aligned', () => {
    const texts = textsOf(terminalSvg('run one  complete\nrun      partial', ''))
    expect(texts.map(({ text }) => text)).toEqual(['run one', 'complete', 'run', 'partial'])
    const [, complete, , partial] = texts.map(({ attributes }) => /x="([\d.]+)"/.exec(attributes)?.[1])
    expect(complete).toBe(partial)
  })

  it("keeps the terminal's colours, also across lines", () => {
    const [before, coloured, next, after] = textsOf(terminalSvg(`a${ESC}[32mb\nc${ESC}[39md`, ''))
    expect(before?.attributes).not.toContain('fill=')
    expect(coloured?.attributes).toContain('fill="#56d364"')
    expect(next?.attributes).toContain('fill="#56d364"')
    expect(after?.attributes).not.toContain('fill=')
  })

  it('shows bold text in bold', () => {
    const [bold, plain] = textsOf(terminalSvg(`${ESC}[1mhead${ESC}[22m  rest`, ''))
    expect(bold?.attributes).toContain('font-weight="bold"')
    expect(plain?.attributes).not.toContain('font-weight')
  })

  it('escapes markup in text and title', () => {
    const svg = terminalSvg('a < b && c > d', '<title>')
    expect(svg).toContain('a &lt; b &amp;&amp; c &gt; d')
    expect(svg).toContain('<title>&lt;title&gt;</title>')
  })

  it('cuts a line that is too wide to be read, and marks the cut', () => {
    const texts = textsOf(terminalSvg(`${'x'.repeat(150)}  beyond`, ''))
    expect(texts.map(({ text }) => text)).toEqual(['x'.repeat(99), '…'])
  })

  it('shows a line of the full width unchanged', () => {
    const texts = textsOf(terminalSvg('x'.repeat(100), ''))
    expect(texts.map(({ text }) => text)).toEqual(['x'.repeat(100)])
  })
})
