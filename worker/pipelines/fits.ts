/** Compile-time check: every definition names a workflow that exists and takes its parameters. */
import type { z } from 'zod'
import type { DEFINITIONS } from '../../pipelines/index.ts'
import type * as workflows from '../../workflows/index.ts'

type Workflows = typeof workflows

/** A sentence for each definition whose workflow is missing or takes other parameters; `never` if all fit. */
type Unfit<D extends { id: string; workflow: string; children?: readonly string[]; params: z.ZodType }> = {
  [One in D as One['id']]: One['workflow'] extends keyof Workflows
    ? Workflows[One['workflow']] extends (input: infer Input) => unknown
      ? z.infer<One['params']> extends NonNullable<Input extends { params?: infer Params } ? Params : never>
        ? Exclude<NonNullable<One['children']>[number], keyof Workflows> extends never
          ? never
          : `${One['id']}: no workflow ${Exclude<NonNullable<One['children']>[number], keyof Workflows>}`
        : `${One['id']}: its workflow takes other parameters`
      : never
    : `${One['id']}: no workflow ${One['workflow']}`
}[D['id']]

type None<Sentence extends never> = Sentence

/** Does not compile if a definition and its workflow differ; the error names the pipeline. */
export type AllFit = None<Unfit<(typeof DEFINITIONS)[number]>>
