/** A repository as GitHub's REST API writes it, field by field as recorded. */
import { hash, textHash } from '../chance.ts'
import { fullNameOf, type SimulatedLibrary } from './libraries.ts'

const API = 'https://api.github.com'
const BRANCH = 'main'
const KB_OF_MOST = { least: 40, spread: 400 }
const KB_OF_HUGE = 600_000

/** Ends of the addresses below a repository's own, as recorded; `_url` follows the key. */
const REPOSITORY_ADDRESSES = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
}

const OWNER_ADDRESSES = {
  events: '/events{/privacy}',
  followers: '/followers',
  following: '/following{/other_user}',
  gists: '/gists{/gist_id}',
  organizations: '/orgs',
  received_events: '/received_events',
  repos: '/repos',
  starred: '/starred{/owner}{/repo}',
  subscriptions: '/subscriptions',
}

/** A moment as GitHub writes it, whole seconds. */
export function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** GitHub's `size`, in KB: measured now and then, and never exactly the size of a clone. */
export function sizeKb({ kind, githubId }: SimulatedLibrary): number {
  if (kind === 'empty') return 0
  if (kind === 'huge') return KB_OF_HUGE
  return KB_OF_MOST.least + (hash(githubId, 91) % KB_OF_MOST.spread)
}

/** What GitHub takes for the main language; nothing without code. */
export function languageOf({ kind }: SimulatedLibrary): string | null {
  if (kind === 'empty' || kind === 'docs-only' || kind === 'title-only') return null
  return kind === 'notebooks' ? 'Jupyter Notebook' : 'Python'
}

/** The branch that HEAD names; an empty repository has the name without the branch. */
export function defaultBranch(): string {
  return BRANCH
}

/** The opaque global id. */
export function nodeId({ githubId }: SimulatedLibrary): string {
  return `R_${Buffer.from(String(githubId)).toString('base64url')}`
}

/** A repository in a list, as a search returns it (without `score`). */
export function listedRepository(library: SimulatedLibrary) {
  const fullName = fullNameOf(library)
  const url = `${API}/repos/${fullName}`
  const web = `https://github.com/${fullName}`
  const { githubId: id, name, stars, description, topics, state } = library
  const forks = Math.floor(stars / 4)
  return {
    id,
    node_id: nodeId(library),
    name,
    full_name: fullName,
    private: false,
    owner: account(library.owner),
    html_url: web,
    description,
    fork: false,
    url,
    ...addresses(url, REPOSITORY_ADDRESSES),
    created_at: instant(library.createdAt),
    updated_at: instant(library.pushedAt),
    pushed_at: instant(library.pushedAt),
    git_url: `git://github.com/${fullName}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    homepage: id % 2 === 0 ? '' : null,
    size: sizeKb(library),
    stargazers_count: stars,
    watchers_count: stars,
    language: languageOf(library),
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: state === 'archived',
    disabled: false,
    open_issues_count: id % 30,
    license: license(library),
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics,
    visibility: 'public',
    forks,
    open_issues: id % 30,
    watchers: stars,
    default_branch: BRANCH,
  }
}

/** A repository requested by itself. */
export function repository(library: SimulatedLibrary) {
  const listed = listedRepository(library)
  return {
    ...listed,
    temp_clone_token: null,
    custom_properties: {},
    organization: account(library.owner),
    network_count: listed.forks_count,
    // the real watchers; watchers_count is another name of the stars
    subscribers_count: Math.floor(library.stars / 20),
  }
}

function account(login: string) {
  const url = `${API}/users/${login}`
  const id = textHash(login.toLowerCase())
  return {
    login,
    id,
    node_id: `O_${Buffer.from(String(id)).toString('base64url')}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login}`,
    ...addresses(url, OWNER_ADDRESSES),
    type: 'Organization',
    user_view_type: 'public',
    site_admin: false,
  }
}

function addresses(base: string, ends: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(ends).map(([key, end]) => [`${key}_url`, base + end]))
}

function license({ githubId }: SimulatedLibrary) {
  if (githubId % 5 === 0) return null
  return {
    key: 'mit',
    name: 'MIT License',
    spdx_id: 'MIT',
    url: `${API}/licenses/mit`,
    node_id: 'MDc6TGljZW5zZTEz',
  }
}
