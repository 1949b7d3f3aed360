# Production image. No build step: Node 24 runs the TypeScript as it is.
#
#   docker build -t remedyd:0.1.0 .
#   docker run --read-only --env-file .env -e DATABASE_URL=postgres://… -v remedyd:/var/lib/remedyd -p 8080:8080 remedyd:0.1.0

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without the embedded Postgres: in production DATABASE_URL names one that is backed up.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY remediations ./remediations
COPY rules ./rules
COPY config ./config
# The one folder that is written to. The default data_dir leads there, so that /app itself can be read-only.
RUN chmod 755 src/cli.ts \
 && ln -s /app/src/cli.ts /usr/local/bin/remedyd \
 && install -d -o node -g node -m 700 /var/lib/remedyd \
 && ln -s /var/lib/remedyd .remedyd
USER node
VOLUME /var/lib/remedyd
EXPOSE 8080
# Any answer shows that it lives; /healthz asks for credentials where api.metrics says so.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ status }) => process.exit(status < 500 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["remedyd"]
CMD ["serve"]
