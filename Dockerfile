# One image for every role: `coordinator`, `worker`, or any other landfall command.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production LANDFALL_HOST=0.0.0.0 LANDFALL_HOME=/var/lib/landfall \
    LANDING_URL=/data/landing LAKE_URL=/data/lake ARCHIVE_URL=/data/archive
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir -p /data/landing /data/lake /data/archive /data/failed /var/lib/landfall && chown -R node:node /data /var/lib/landfall
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["up"]
