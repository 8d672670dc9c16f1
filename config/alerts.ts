/** The section `alerts` of almanac.yaml: who is told if something is not as it should be. */
import * as z from 'zod'
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'

export const BODIES = ['json', 'slack', 'discord', 'mattermost', 'ntfy'] as const

const channel = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w-]{1,40}$/, 'expected letters, digits, _ and -')
      .describe('How commands and pages call it'),
    webhook: z
      .url({ protocol: /^https?$/, error: 'expected http(s)://host/path' })
      .optional()
      .describe('Address to which each message is posted. Each channel needs this or `email`'),
    body: z.enum(BODIES).default('json').describe('What is posted to the webhook'),
    email: z.email().optional().describe('Address to which each message is sent; needs SMTP_URL'),
    severity: z.enum(['warning', 'critical']).default('warning').describe('The least severity that is told'),
    pipelines: z
      .array(z.enum(PIPELINES.map(({ id }) => id)))
      .optional()
      .describe('Only these pipelines, and what concerns all. Default: every pipeline'),
    news: z
      .array(z.enum(PIPELINES.map(({ id }) => id)))
      .default([])
      .describe('Pipelines whose summary of a night or a day is sent as well, though nothing is wrong'),
    language: z.enum(['en', 'fr']).default('en').describe('Language of the messages'),
  })
  .refine(({ webhook, email }) => (webhook === undefined) !== (email === undefined), {
    error: 'expected webhook (an address) or email, and not both',
  })

/** The section; without it nobody is told, and the page shows what was found all the same. */
export const alertsSchema = z
  .strictObject({
    channels: z
      .array(channel)
      .default([])
      .superRefine((channels, context) => {
        channels.forEach(({ name }, index) => {
          if (channels.findIndex((one) => one.name === name) === index) return
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            input: name,
            message: 'expected each name once',
          })
        })
      })
      .describe('Who is told, and how'),
  })
  .prefault({})

export type AlertSettings = z.infer<typeof alertsSchema>
export type AlertChannel = Omit<AlertSettings['channels'][number], 'pipelines' | 'news'> & {
  pipelines?: readonly PipelineId[] | undefined
  news: readonly PipelineId[]
}
