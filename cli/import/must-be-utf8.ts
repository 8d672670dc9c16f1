/** A file in another encoding reads as UTF-8 with wrong letters, and a status text that is misread turns a result into none. */
import { createReadStream } from 'node:fs'
import { WrongUsage } from '../../core/failures.ts'

/** Reads the file once. Throws `WrongUsage` with the lines among which it is not UTF-8. */
export async function mustBeUtf8(path: string): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lines = 1
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    try {
      decoder.decode(bytes, { stream: true })
    } catch {
      throw notUtf8(path, lines, lines + newLinesIn(bytes))
    }
    lines += newLinesIn(bytes)
  }
  try {
    decoder.decode()
  } catch {
    throw notUtf8(path, lines, lines)
  }
}

function notUtf8(path: string, from: number, to: number): WrongUsage {
  const where = from === to ? `line ${from}` : `lines ${from} to ${to}`
  return new WrongUsage(
    `${path} is not UTF-8 (${where}). Save it as UTF-8, for example with ` +
      '"iconv -f latin1 -t utf-8", and import that; nothing of it was imported.',
  )
}

const newLinesIn = (bytes: Buffer): number => bytes.toString('latin1').split('\n').length - 1
