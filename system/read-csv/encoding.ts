/**
 * In which encoding a file is written. One that is misread has wrong letters, and a status text with wrong letters turns a
 * result into none; so only what is certain is read.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { WrongUsage } from '../../core/failures.ts'
import { windows1252 } from '../../core/windows-1252.ts'
import { linesIn } from './text-lines.ts'

/** Names as `TextDecoder` and iconv have them. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** An encoding, and what a reader should know of it. */
export interface FoundEncoding {
  encoding: Encoding
  note?: string
}

/** A file and its encoding. */
export interface EncodedFile {
  path: string
  encoding: Encoding
}

/** Characters of a line that a note shows. */
const SHOWN_CHARS = 60

/** What a Windows-1252 text of Western Europe is made of: its letters and the signs that Word and Excel type. */
const WESTERN = /^[\0-\x7FÀ-ÖØ-öø-ÿ\u00A0¡§©ª«®°´·º»¿€…Œœ‘’“”•–—™Ÿ]*$/
/** Three letters with accents in a row are of no such language: it is another alphabet in another encoding. */
const OTHER_ALPHABET = /[À-ÖØ-öø-ÿ]{3}/
/** Bytes of one UTF-8 letter, as Latin-1: the file is UTF-8 with damage. */
const UTF8_LETTER = /[\xC2-\xDF][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}/

/**
 * Finds the encoding of a file by reading it once or twice: UTF-8, UTF-16 with a byte order mark (Excel's "Unicode
 * text"), or Windows-1252 (Excel's CSV in Western Europe). Throws `WrongUsage` if it is none of them for certain.
 */
export async function findEncoding(path: string): Promise<FoundEncoding> {
  const encoding = await byMark(path)
  const fault = await faultOf({ path, encoding })
  if (fault === undefined) return { encoding }
  if (encoding !== 'utf-8') throw notReadable(path, `its byte order mark says ${encoding}, its bytes do not`)
  if (fault === 'cut off') throw notReadable(path, 'it ends in the middle of a letter')
  return { encoding: 'windows-1252', note: await asWestern(path) }
}

/** The text of a file in pieces; `onBytes` hears how many bytes were read. */
export async function* readPieces(
  file: EncodedFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<string> {
  const decode = decoderOf(file)
  const input = createReadStream(file.path)
  for await (const bytes of input as AsyncIterable<Buffer>) {
    onBytes(input.bytesRead)
    yield decode(bytes)
  }
}

/** The whole text of a file. */
export const readText = (file: EncodedFile): string => decoderOf(file)(readFileSync(file.path))

/** A decoder of the bytes of a file from its beginning; half a letter at their end waits for the next ones. */
export function decoderOf({ encoding }: Pick<EncodedFile, 'encoding'>): (bytes: Buffer) => string {
  if (encoding === 'windows-1252') return (bytes) => windows1252(bytes.toString('latin1'))
  const decoder = new TextDecoder(encoding)
  return (bytes) => decoder.decode(bytes, { stream: true })
}

async function byMark(path: string): Promise<Encoding> {
  for await (const bytes of createReadStream(path, { end: 1 }) as AsyncIterable<Buffer>) {
    const mark = bytes.toString('latin1')
    if (mark === '\xFF\xFE') return 'utf-16le'
    if (mark === '\xFE\xFF') return 'utf-16be'
  }
  return 'utf-8'
}

/** Whether bytes of the file are none of the encoding, or only the last letter lacks some. */
async function faultOf({ path, encoding }: EncodedFile): Promise<'wrong bytes' | 'cut off' | undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>)
    if (!decodes(() => decoder.decode(bytes, { stream: true }))) return 'wrong bytes'
  return decodes(() => decoder.decode()) ? undefined : 'cut off'
}

function decodes(decode: () => string): boolean {
  try {
    decode()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** The note that shows a file read as Windows-1252. Throws `WrongUsage` if a line says that it is something else. */
async function asWestern(path: string): Promise<string> {
  let note = ''
  for await (const { number, text: bytes } of linesIn(
    createReadStream(path, 'latin1') as AsyncIterable<string>,
  )) {
    const text = windows1252(bytes)
    if (UTF8_LETTER.test(bytes) || !WESTERN.test(text) || OTHER_ALPHABET.test(text))
      throw notReadable(path, `line ${number}`)
    const first = text.search(/[^\0-\x7F]/)
    if (note === '' && first >= 0)
      note = `not UTF-8; read as Windows-1252: line ${number} says "${around(text, first)}"`
  }
  return note
}

const around = (text: string, place: number): string =>
  text.slice(Math.max(0, place - SHOWN_CHARS / 2), place + SHOWN_CHARS / 2).trim()

function notReadable(path: string, where: string): WrongUsage {
  return new WrongUsage(
    `${path} is not UTF-8 (${where}), and its encoding cannot be told for certain. Save it as UTF-8, for example with ` +
      `"iconv -f ENCODING -t utf-8", where ENCODING is that of the program that wrote it: windows-1252, windows-1250, ` +
      'cp850, macintosh.',
  )
}
