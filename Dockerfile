# Every process of this repository: TypeScript as it is, run by Node 24.
FROM node:24-slim
WORKDIR /opt/matapalo
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund \
    && install -d -o node -g node /var/lib/matapalo
USER node
CMD ["node", "--version"]
