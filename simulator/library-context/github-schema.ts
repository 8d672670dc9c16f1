/** The part of GitHub's public GraphQL schema that the simulator supports: https://docs.github.com/graphql. */
import { buildSchema } from 'graphql'

export const githubSchema = buildSchema(`
  scalar DateTime
  scalar URI

  type Query {
    repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
    rateLimit: RateLimit
    viewer: User!
  }

  type RateLimit {
    limit: Int!
    cost: Int!
    remaining: Int!
    used: Int!
    resetAt: DateTime!
    nodeCount: Int!
  }

  type User {
    login: String!
  }

  type Organization {
    login: String!
  }

  type Language {
    name: String!
  }

  type Ref {
    name: String!
  }

  type StargazerConnection {
    totalCount: Int!
  }

  type Repository {
    id: ID!
    databaseId: Int
    name: String!
    nameWithOwner: String!
    owner: Organization!
    url: URI!
    description: String
    stargazerCount: Int!
    stargazers: StargazerConnection!
    forkCount: Int!
    isArchived: Boolean!
    isDisabled: Boolean!
    isEmpty: Boolean!
    isFork: Boolean!
    isPrivate: Boolean!
    isLocked: Boolean!
    createdAt: DateTime!
    updatedAt: DateTime!
    pushedAt: DateTime
    diskUsage: Int
    primaryLanguage: Language
    defaultBranchRef: Ref
  }
`)
