/** The fields of a repository in answers of the REST API and of its search, by its own description. */
import { namesIn, type KnownFields } from '../fields.ts'

export const REPOSITORY: KnownFields = {
  client: 'github',
  object: 'repository',
  needed: ['id', 'full_name', 'stargazers_count', 'archived', 'pushed_at', 'size'],
  others: namesIn(`
    allow_auto_merge allow_forking allow_merge_commit allow_rebase_merge allow_squash_merge
    allow_update_branch anonymous_access_enabled archive_url assignees_url blobs_url branches_url
    clone_url code_of_conduct collaborators_url comments_url commits_url compare_url contents_url
    contributors_url created_at custom_properties default_branch delete_branch_on_merge deployments_url
    description disabled downloads_url events_url fork forks forks_count forks_url git_commits_url
    git_refs_url git_tags_url git_url has_discussions has_downloads has_issues has_pages has_projects
    has_pull_requests has_wiki homepage hooks_url html_url is_template issue_comment_url
    issue_events_url issues_url keys_url labels_url language languages_url license master_branch
    merge_commit_message merge_commit_title merges_url milestones_url mirror_url name network_count
    node_id notifications_url open_issues open_issues_count organization owner parent permissions
    private pull_request_creation_policy pulls_url releases_url score security_and_analysis source
    squash_merge_commit_message squash_merge_commit_title ssh_url stargazers_url statuses_url
    subscribers_count subscribers_url subscription_url svn_url tags_url teams_url temp_clone_token
    template_repository text_matches topics trees_url updated_at url use_squash_pr_title_as_default
    visibility watchers watchers_count web_commit_signoff_required`),
}
