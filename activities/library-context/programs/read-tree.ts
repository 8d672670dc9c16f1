/**
 * The program that reads one source tree, started by `tree-reader.ts`: standard input holds a `TreeRequest` in one line,
 * then the documents of another engine; standard output gets the `TreeAnswer`.
 */
import { buffer } from 'node:stream/consumers'
import { Failure } from '../../../core/failures.ts'
import { judgedContext, type TreeRequest } from '../judged-context.ts'
import type { TreeAnswer } from '../tree-reader.ts'

const input = await buffer(process.stdin)
const lineEnd = input.indexOf('\n')
const request = JSON.parse(input.toString('utf8', 0, lineEnd)) as TreeRequest
const documents = request.log === undefined ? undefined : input.subarray(lineEnd + 1)
process.stdout.write(JSON.stringify(await answerTo()))

async function answerTo(): Promise<TreeAnswer> {
  try {
    return { judged: await judgedContext(request, documents) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { failure: { type: error.type, message: error.message } }
  }
}
