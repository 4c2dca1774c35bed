# One image for every role: `coordinator`, `worker`, or any other landfall command.
FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts && rm -rf dist/bench dist/soak

FROM node:22.20.0-bookworm-slim
ENV NODE_ENV=production LANDFALL_HOST=0.0.0.0 LANDFALL_HOME=/var/lib/landfall LANDFALL_ALIVE_FILE=/tmp/landfall-alive \
    LANDING_URL=/data/landing LAKE_URL=/data/lake ARCHIVE_URL=/data/archive LANDFALL_DATASETS=/data/datasets
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir -p /data/landing /data/lake /data/archive /data/failed /data/datasets /var/lib/landfall && chown -R node:node /data /var/lib/landfall
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["node", "dist/cli/health-check.js"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["up"]
