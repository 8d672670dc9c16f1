/** Inputs of the activities of library-context, as its workflows make them. */
import * as z from 'zod'
import { FULL_NAME } from '../../upstreams/github/repository-name.ts'
import { cursor, runSchemaOf } from '../run-input.ts'

export const runSchema = runSchemaOf('library-context')

/** Names become folders and files: the pattern has no step to another folder in it. */
const fullName = z.string().regex(FULL_NAME, 'expected owner/name')

/** Parameters of a run of library-context; `pipelines/library-context.ts` holds their meaning. */
const params = z.object({
  boundSeconds: z.int().positive().optional(),
  derive: z.boolean().optional(),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'expected the name of a domain of almanac.yaml')
    .optional(),
  library: fullName.optional(),
  force: z.boolean().optional(),
})
export type LibraryParams = z.infer<typeof params>

/** Input of a night's activity. */
export const nightInput = z.object({ run: runSchema, params })
export type NightInput = z.infer<typeof nightInput>

const source = z.enum(['ascl', 'lists', 'search'])
/** Sources of names of libraries. */
export type CatalogueSource = z.infer<typeof source>

export const catalogueInput = nightInput.extend({ source })
export const changesInput = nightInput.extend({ after: cursor })

/** A library whose context is to be made. */
const todo = z.object({
  /** `owner/name` in lower case. */
  library: fullName,
  /** As GitHub shows it. */
  name: fullName,
  why: z.enum(['new', 'changed', 'failed before', 'forced', 'contextmaker works again']),
  /** Failures in a row so far, of a kind that another night does not fix. */
  failures: z.int().min(0),
})
export type LibraryTodo = z.infer<typeof todo>

/** Input of a child workflow's activity. */
export const childStep = z.object({ run: runSchema, todo })
export type ChildStep = z.infer<typeof childStep>

/** Result of a clone activity. */
const clone = z.object({
  commit: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'expected the hash of a commit'),
  bytes: z.int().min(0),
})
export type Clone = z.infer<typeof clone>

export const readInput = childStep.extend({ clone })

/** Why a child workflow failed, as stored with the attempt. */
const namedFailure = z.object({ type: z.string(), message: z.string() })
export type NamedFailure = z.infer<typeof namedFailure>

export const failedAttempt = childStep.extend({ reason: namedFailure })
