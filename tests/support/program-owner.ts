/**
 * Run as a separate process: runs a program that ends with it, and writes the program's group into the given file, and
 * one beside it once the program is guarded.
 */
import { writeFileSync } from 'node:fs'
import { runProgram } from '../../system/run-program.ts'

const [file = ''] = process.argv.slice(2)
const ended = runProgram({
  program: '/bin/sh',
  args: ['-c', 'echo $$ > "$1"; sleep 600 & sleep 600', 'sh', file],
  env: { PATH: '/usr/bin:/bin' },
  cwd: '/',
  timeoutMs: 600_000,
  maxOutputBytes: 1_000,
  signal: new AbortController().signal,
  endsWithUs: true,
})
writeFileSync(`${file}.guarded`, '')
await ended
