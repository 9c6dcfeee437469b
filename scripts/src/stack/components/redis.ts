/**
 * Redis: which subjects wrote what. Appends each write to a file before answering, so that a killed
 * process comes back with all of them.
 *
 * @module
 */
import type { Component } from '../component.ts'
import { redisAnswers } from '../probe.ts'

const redisSettings: Readonly<Record<string, string>> = {
  maxmemory: '64mb',
  // Full means an error, and then edges read the owner; forgetting who wrote would be a stale read.
  'maxmemory-policy': 'noeviction',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '""',
}

export const redis: Component = {
  name: 'redis',
  ports: { main: { offset: 15, container: 6379 } },
  needs: [],
  memoryMiB: 128,
  environment: () => ({}),
  launch(site) {
    const at = site.places.listen('redis')
    const lines = Object.entries({
      ...redisSettings,
      bind: at.host,
      port: String(at.port),
      dir: site.folder,
      requirepass: site.places.secrets.redisPassword,
    }).map(([key, value]) => `${key} ${value}\n`)
    return { command: 'redis-server', args: ['-'], input: lines.join('') }
  },
  ready: (site) => redisAnswers(site.places.at('redis'), site.places.secrets.redisPassword),
  container: (places) => ({
    image: 'redis:7-alpine',
    command: [
      'sh',
      '-c',
      `exec redis-server ${Object.entries(redisSettings)
        .map(([key, value]) => `--${key} ${value === '""' ? "''" : value}`)
        .join(' ')} --requirepass "$$REDIS_PASSWORD"`,
    ],
    environment: { REDIS_PASSWORD: places.secrets.redisPassword },
    volume: '/data',
    health: ['CMD-SHELL', 'redis-cli -a "$$REDIS_PASSWORD" ping | grep -q PONG'],
  }),
}
