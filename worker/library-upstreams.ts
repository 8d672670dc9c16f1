/** The clients of the public servers that library-context asks: for its steps, and for a dry run outside of a worker. */
import type { Config } from '../config/load-config.ts'
import { createAscl } from '../upstreams/ascl.ts'
import { createGit } from '../upstreams/git/git.ts'
import { createGitHub } from '../upstreams/github/github.ts'
import { userAgent } from '../upstreams/user-agent.ts'

/** One client an upstream, so that its limits are counted once. Throws `Misconfigured` for an address that none takes. */
export function libraryUpstreams({ env, programEnv }: Pick<Config, 'env' | 'programEnv'>) {
  const { ASCL_URL: asclUrl, GITHUB_API_URL: apiUrl, GITHUB_URL: gitUrl, GITHUB_TOKEN: token } = env
  const agent = userAgent(env.ALMANAC_CONTACT)
  return {
    ascl: createAscl({ baseUrl: asclUrl, userAgent: agent }),
    github: createGitHub({ baseUrl: apiUrl, userAgent: agent, ...(token !== undefined && { token }) }),
    git: createGit({ baseUrl: gitUrl, environment: programEnv }),
  }
}
