/** The files of an MLflow run, and the registered model whose version points to them. */
import * as z from 'zod'
import { id, nothing, type MlflowRest } from './mlflow-rest.ts'

/** The folder of a run's artifacts that a registered version points to. */
const MODEL_FOLDER = 'model'

const versionSchema = z.object({ name: z.string(), version: id })
const createdVersionSchema = z.object({ model_version: versionSchema })
const versionsSchema = z.object({ model_versions: z.array(versionSchema).default([]) })

/** Stores every file (path -> text); returns in one sentence why none could be stored, or undefined. */
export async function putArtifacts(
  rest: MlflowRest,
  artifactUri: string,
  artifacts: Record<string, string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const folder = proxiedFolder(artifactUri, rest.baseUrl)
  for (const [path, text] of Object.entries(artifacts)) {
    if (folder === undefined)
      return `The artifacts were not delivered: their store (${schemeOf(artifactUri)}) is not reached through the MLflow server; start it with --serve-artifacts and use an experiment that was created then.`
    if (!(await rest.putArtifact(`${folder}/${path}`, text, signal)))
      return 'The artifacts were not delivered: the MLflow server runs with --no-serve-artifacts.'
  }
  return undefined
}

/** Path of the server's own artifact endpoint. */
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts/'

/** The folder behind the server's own artifact endpoint, or undefined if the store is elsewhere. */
function proxiedFolder(artifactUri: string, baseUrl: string): string | undefined {
  const own = /^mlflow-artifacts:(?:\/\/([^/]*))?\//.exec(artifactUri)
  const web = /^https?:\/\/([^/]+)\//.exec(artifactUri)
  const at = own === null ? artifactUri.lastIndexOf(ARTIFACTS) : 0
  if ((own === null && web === null) || at === -1) return undefined
  const host = (own ?? web)?.[1] ?? ''
  // This token must not be sent to another server.
  if (host !== '' && host !== new URL(baseUrl).host) return undefined
  const path = artifactUri.slice(own === null ? at + ARTIFACTS.length : own[0].length)
  const folder = path.replace(/^\/+/, '').replace(/(?<!\/)\/+$/, '')
  return folder === '' ? undefined : folder
}

const schemeOf = (uri: string): string => /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1] ?? 'a folder'

/** Registers the artifact folder `model` of a run, once; returns the version. A model of that name may exist. */
export async function register(
  rest: MlflowRest,
  name: string,
  { run_id: runId, artifact_uri: artifactUri }: { run_id: string; artifact_uri: string },
  signal: AbortSignal,
): Promise<string> {
  const before = await findVersion(rest, name, runId, signal)
  if (before !== undefined) return before
  await rest.callUnless('RESOURCE_ALREADY_EXISTS', {
    method: 'POST',
    path: 'registered-models/create',
    input: { name },
    schema: nothing,
    signal,
  })
  const source = `${artifactUri.replace(/(?<!\/)\/+$/, '')}/${MODEL_FOLDER}`
  const input = { name, source, run_id: runId }
  const created = await rest.call({
    method: 'POST',
    path: 'model-versions/create',
    input,
    schema: createdVersionSchema,
    signal,
  })
  return created.model_version.version
}

/** The version of the registered model that a run already has; of several the first. */
export async function findVersion(
  rest: MlflowRest,
  name: string,
  runId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input = { filter: `run_id = '${runId}'` }
  const found = await rest.call({
    method: 'GET',
    path: 'model-versions/search',
    input,
    schema: versionsSchema,
    signal,
  })
  const ours = found.model_versions.filter((version) => version.name === name)
  return ours.map(({ version }) => version).toSorted((a, b) => Number(a) - Number(b))[0]
}
