/** `docs/configuration.md`: every environment variable and every key of `almanac.yaml`, from the schemas that validate them. */
import * as z from 'zod'
import { almanacFileSchema } from '../../config/almanac-file.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { environmentSchema } from '../../config/environment.ts'

/** The part of JSON Schema that our settings use. */
type JsonSchema = z.core.JSONSchema.JSONSchema

/** One row of a table. */
export interface Setting {
  name: string
  type: string
  /** As it would be written in the file; undefined if there is none. */
  default: string | undefined
  isRequired: boolean
  meaning: string
}

/** All environment variables, in the order of the schema. */
export function environmentSettings(): Setting[] {
  const schema = inputSchema(environmentSchema)
  return Object.entries(properties(schema)).map(([name, variable]) =>
    setting(name, variable, isRequired(schema, name)),
  )
}

/** All keys of one pipeline's section of `almanac.yaml`, with the path from the section. */
export function sectionSettings(section: string): Setting[] {
  const schema = properties(inputSchema(almanacFileSchema))[section]
  return schema === undefined ? [] : keysOf(schema, '')
}

/** Names of the sections of `almanac.yaml`, in their order. */
export const SECTIONS = Object.keys(almanacFileSchema.shape)

/** The text of the page. */
export function configurationPage(): string {
  const sections = SECTIONS.flatMap((section) => [
    `## Section \`${section}\``,
    PIPELINES.some(({ id }) => id === section)
      ? `What the pipeline does: [${section}](pipelines/${section}.md).`
      : `What it is for: [operations](operations.md#${section}).`,
    table('Key', sectionSettings(section)),
  ])
  return [INTRODUCTION, table('Variable', environmentSettings()), YAML_INTRODUCTION, ...sections].join('\n\n')
}

const INTRODUCTION = `# Configuration

<!-- Generated from the schemas in the code. Change those, then run: npm run docs -->

Settings come from two files in the clone: \`.env\` (machines, keys, ports) and \`almanac.yaml\` (what is collected). Both are
validated before anything starts. An error names the file, the key, the value found and what is expected. Unknown keys are
errors.

## Environment variables

Set them in \`.env\` ([\`.env.example\`](../.env.example) is a template) or in the environment, which wins. An empty value
counts as not set. Put values that contain a \`$\` in single quotes. The demo ignores every key and address and keeps only
ports, folders and the log level.`

const YAML_INTRODUCTION = `[\`docker-compose.yml\`](../docker-compose.yml) reads three more: \`POSTGRES_PASSWORD\` (required), \`POSTGRES_USER\`
and \`POSTGRES_DB\`, both \`almanac\` by default.

## almanac.yaml

The first start makes this file from [\`almanac.example.yaml\`](../almanac.example.yaml), which nobody edits. Git ignores
yours. One section a pipeline. A change takes effect at the next start. A pipeline whose section is missing is paused. In the
tables, \`a.b\` is key \`b\` inside \`a\`, \`a[].b\` is key \`b\` of each item of the list \`a\`, and \`a.<name>.b\` stands for any name.`

function inputSchema(schema: z.ZodType): JsonSchema {
  // 'input': what a person writes, before defaults and transformations.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

function properties(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>
}

function isRequired(parent: JsonSchema, name: string): boolean {
  return parent.required?.includes(name) ?? false
}

/** The keys of an object, each followed by the keys inside it. */
function keysOf(schema: JsonSchema, path: string): Setting[] {
  return Object.entries(properties(schema)).flatMap(([name, key]) => [
    setting(`${path}${name}`, key, isRequired(schema, name)),
    ...keysInside(key, `${path}${name}`),
  ])
}

function keysInside(schema: JsonSchema, path: string): Setting[] {
  if (isSchema(schema.items)) return keysOf(schema.items, `${path}[].`)
  if (isSchema(schema.additionalProperties)) return keysOf(schema.additionalProperties, `${path}.<name>.`)
  return keysOf(schema, `${path}.`)
}

function setting(name: string, schema: JsonSchema, required: boolean): Setting {
  // The default of an object repeats those of its keys.
  const hasDefault = schema.default !== undefined && !(schema.type === 'object' && schema.properties)
  return {
    name,
    type: typeOf(schema),
    default: hasDefault ? written(schema.default) : undefined,
    isRequired: required,
    meaning: schema.description ?? '',
  }
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A type in a few words: `integer, 1 to 60`, `list of text`, `fr or en`. */
function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(String(schema.const))
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(' or ')
  if (schema.anyOf) return schema.anyOf.filter(isSchema).map(typeOf).join(' or ')
  if (isSchema(schema.items)) return `list of ${schema.items.type === 'string' ? 'text' : 'items'}`
  if (schema.type === 'object') return objectType(schema)
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${rangeOf(schema)}`
  if (schema.format === 'uri') return 'address'
  return schema.type === 'boolean' ? 'boolean' : 'text'
}

/** As an alternative to a plain value an object is shown by its keys, else they have rows of their own. */
function objectType(schema: JsonSchema): string {
  const inside = Object.entries(properties(schema)).map(([name, key]) => `${name}: ${typeOf(key)}`)
  if (isSchema(schema.additionalProperties)) return 'sections by name'
  return inside.length === 1 ? code(`{ ${inside.join(', ')} }`) : 'section'
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  // zod bounds every integer by what a double can hold.
  const bounded = (value: unknown) =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined
  const most = bounded(maximum)
  const least = exclusiveMinimum === 0 ? 1 : bounded(minimum)
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}`
  if (least !== undefined) return `, ${least} or more`
  return most === undefined ? '' : `, at most ${most}`
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function table(head: string, settings: readonly Setting[]): string {
  const rows = settings.map((one) => [code(one.name), one.type, defaultText(one), one.meaning])
  return [[head, 'Type', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

function defaultText({ default: value, isRequired: required }: Setting): string {
  if (required) return 'required'
  return value === undefined ? '' : code(value)
}

function code(text: string): string {
  return `\`${text}\``
}
