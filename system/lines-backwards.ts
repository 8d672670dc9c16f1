/** The lines of a file from its last one on: of a large log only the end is read. */
import { open } from 'node:fs/promises'

/** Some hundred lines of a log. */
const BLOCK_BYTES = 64 * 1024
const NEWLINE = 10

/**
 * The lines of a file, the last one first, without their ends; empty ones are left out. Reads the last `mostBytes` at most.
 * Throws `ENOENT` if there is no such file.
 */
export async function* linesBackwards(path: string, mostBytes: number): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const first = Math.max(0, size - mostBytes)
    let rest: Buffer = Buffer.alloc(0)
    for (let at = size; at > first;) {
      const length = Math.min(BLOCK_BYTES, at - first)
      at -= length
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
      const text = Buffer.concat([buffer.subarray(0, bytesRead), rest])
      let end = text.length
      for (let newline = lastNewline(text, end); newline >= 0; newline = lastNewline(text, end)) {
        if (newline + 1 < end) yield text.subarray(newline + 1, end)
        end = newline
      }
      rest = text.subarray(0, end)
    }
    // What begins before the part that is read is no whole line.
    if (rest.length > 0 && first === 0) yield rest
  } finally {
    await file.close()
  }
}

const lastNewline = (text: Buffer, end: number): number =>
  end === 0 ? -1 : text.lastIndexOf(NEWLINE, end - 1)
