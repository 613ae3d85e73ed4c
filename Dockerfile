# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY commands ./commands
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded database is for laptops; here DATABASE_URL names a real one.
RUN npm ci --omit=dev --omit=optional

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000
WORKDIR /app
COPY --from=dependencies --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./
COPY --chown=root:root package.json ./
COPY --chown=root:root templates ./templates
COPY --chown=root:root src/adapters/postgres/migrations ./src/adapters/postgres/migrations
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Nothing is written to the file system: run it with a read-only root. Left to itself, V8 takes its time to
# collect garbage: these sizes are several times what is live, and keep the process below 256 MiB.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=384", "src/main.js"]
