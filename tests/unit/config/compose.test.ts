/** What the containers of docker-compose.yml share. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { packageRoot } from '../../../system/package-root.ts'

const serviceSchema = z.object({
  environment: z.object({ WORKER_LOG: z.string() }),
  volumes: z.array(z.union([z.string(), z.object({ target: z.string() })])),
})
const composeSchema = z.object({ services: z.object({ worker: serviceSchema, page: serviceSchema }) })

const text = readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8')
const { worker, page } = composeSchema.parse(parse(text, { merge: true })).services

it('the page reads the log that the worker writes, and cannot change it', () => {
  const file = worker.environment.WORKER_LOG
  expect(page.environment.WORKER_LOG).toBe(file)
  expect(worker.volumes).toContain(`log:${dirname(file)}`)
  expect(page.volumes).toContain(`log:${dirname(file)}:ro`)
})

it('the page has every other folder and file of the worker, but for backups, which hold everything', () => {
  const others = (volumes: typeof page.volumes) =>
    volumes.filter((volume) => typeof volume !== 'string' || !/^(?:log|backups|watch):/.test(volume))
  expect(others(page.volumes)).toEqual(others(worker.volumes))
})
