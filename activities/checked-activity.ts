/**
 * Activities behind a check of their input. Whoever reaches the Temporal server can start a workflow with any input, so
 * that an activity may build a path, a statement or an address only from what its schemas let through.
 */
import * as z from 'zod'
import { almanacCommand } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'

/** An activity as it is registered; `input` is the schema of the list of its arguments. */
export interface CheckedActivity<Input extends unknown[], Output> {
  (...input: Input): Promise<Output>
  readonly input: z.ZodType
}

/** What a workflow calls: the activities without their schemas. */
export type CallsOf<Activities> = {
  [Name in keyof Activities]: Activities[Name] extends CheckedActivity<infer Input, infer Output>
    ? (...input: Input) => Promise<Output>
    : never
}

/** The activity's arguments, by their schemas. */
type Arguments<Schemas extends readonly z.ZodType[]> = {
  -readonly [Place in keyof Schemas]: z.infer<Schemas[Place]>
}

/** Makes an activity that throws `InputInvalid`, and does nothing, for arguments that do not fit their schemas. */
export function activity<const Schemas extends readonly z.ZodType[], Output>(
  schemas: Schemas,
  work: (...input: Arguments<Schemas>) => Promise<Output>,
): CheckedActivity<Arguments<Schemas>, Output> {
  const input = z.tuple(schemas as unknown as [z.ZodType, ...z.ZodType[]])
  const checked = async (...given: unknown[]) => {
    const { data, error } = input.safeParse(given)
    if (error !== undefined) throw refused(error, given)
    return work(...(data as unknown as Arguments<Schemas>))
  }
  return Object.assign(checked, { input })
}

function refused(error: z.ZodError, given: unknown[]): Failure {
  const [issue] = error.issues
  const path = issue?.path ?? []
  const found = path.reduce<unknown>(
    (here, step) => (here as Record<PropertyKey, unknown> | null | undefined)?.[step],
    given,
  )
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 100)
  const where = ['input', ...path].join('.')
  return new Failure(
    'InputInvalid',
    `${where}: found ${shown}; ${issue?.message ?? 'not what is expected'}. Nothing was done; start runs by their schedules or "${almanacCommand('run')}".`,
  )
}
