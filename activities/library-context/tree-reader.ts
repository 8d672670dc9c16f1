/**
 * Reads and judges source trees in processes of their own. A tree is a stranger's: whatever it holds, the process that
 * runs the pipelines keeps its time and its memory. A worker thread would not do: V8 ends the whole process if a thread
 * meets its memory limit within a call such as `JSON.parse`.
 */
import { Failure, type FailureType } from '../../core/failures.ts'
import { ownProgram } from '../../system/own-program.ts'
import { runProgram, type ProgramResult, type ProgramRun } from '../../system/run-program.ts'
import { createSlots } from './contextmaker/slots.ts'
import type { JudgedContext, TreeRequest } from './judged-context.ts'

/** Ordinary Python takes 0.3 s per megabyte; a tree made to be slow took 41 s on a busy machine. */
export const TREE_MS = 90_000
/** Five times the 64 MB of text that are read; how much the largest known package needs is not measured. */
const HEAP_MB = 320
/** A context has 20 MB at most (`max_tokens`), and JSON escapes some of it. */
const OUTPUT_BYTES = 64 * 1024 * 1024
/** Reading is computing: more at once would take as long, and several times the memory. */
const AT_ONCE = 1

/** A process that meets its memory limit aborts, and would leave all of its memory on the disk. */
const WITHOUT_DUMP = 'ulimit -c 0; exec "$0" "$@"'

/** Output of the program. */
export type TreeAnswer = { judged: JudgedContext } | { failure: { type: FailureType; message: string } }

export interface TreeReader {
  /**
   * Reads a tree and judges its context (`judgedContext`). Throws `CommandFailed` for a tree that needs too much time or
   * memory, `NotFound` without a folder, or the signal's reason. One tree at a time; the others wait.
   */
  read: (request: TreeRequest, signal: AbortSignal, documents?: Buffer) => Promise<JudgedContext>
}

export interface TreeReaderOptions {
  /** Most time for one tree, in milliseconds. Default: 90 s. */
  timeoutMs?: number
  /** Memory of one reading, in megabytes. Default: 320. */
  heapMb?: number
}

export function createTreeReader({
  timeoutMs = TREE_MS,
  heapMb = HEAP_MB,
}: TreeReaderOptions = {}): TreeReader {
  const slots = createSlots(AT_ONCE)
  return {
    read: async (request, signal, documents) => {
      const { release } = await slots.take(signal)
      try {
        const { program, args, cwd } = ownProgram('activities/library-context/programs/read-tree.ts', [
          `--max-old-space-size=${heapMb}`,
        ])
        const ended = await untilTimeout({
          program: '/bin/sh',
          args: ['-c', WITHOUT_DUMP, program, ...args],
          cwd,
          // Nothing of this process: neither its settings nor its keys.
          env: {},
          input: Buffer.concat([Buffer.from(`${JSON.stringify(request)}\n`), documents ?? Buffer.alloc(0)]),
          timeoutMs,
          maxOutputBytes: OUTPUT_BYTES,
          signal,
          name: 'Reading the source tree',
          endsWithUs: true,
        })
        if (ended.code !== 0) throw unfinished(ended, heapMb)
        const answer = JSON.parse(ended.stdout) as TreeAnswer
        if ('failure' in answer) throw new Failure(answer.failure.type, answer.failure.message)
        return answer.judged
      } finally {
        release()
      }
    },
  }
}

/** The same tree would take as long in the next attempt. */
async function untilTimeout(run: ProgramRun): Promise<ProgramResult> {
  try {
    return await runProgram(run)
  } catch (error) {
    if (error instanceof Failure && error.type === 'CommandTimedOut')
      throw new Failure('CommandFailed', error.message, { cause: error })
    throw error
  }
}

/** V8 aborts a process whose memory is used up; any other end is a defect, and so no named failure. */
function unfinished({ endedBy, code, stderr }: ProgramResult, heapMb: number): Error {
  if (endedBy === 'SIGABRT' || endedBy === 'SIGKILL')
    return new Failure(
      'CommandFailed',
      `Reading the source tree took more than ${heapMb} MB of memory and was ended.`,
    )
  return new Error(`read-tree.ts ended with ${code ?? endedBy ?? 'no code'}: ${stderr.slice(-2_000)}`)
}
