/**
 * Kafka Connect, one distributed worker with the Debezium MariaDB plugin. Exactly-once source
 * support is on from the first start; switching it on later needs a rolling upgrade.
 *
 * @module
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Component, Places, Site } from '../component.ts'
import { jarFolder, javaArgs, javaFlags, properties } from '../java.ts'
import { httpAnswers } from '../probe.ts'

const heapMiB = 512

export const connectSettings = (places: Places): Readonly<Record<string, string>> => {
  const kafka = places.at('kafka')
  const rest = places.listen('connect')
  const advertised = places.at('connect')
  return {
    'bootstrap.servers': `${kafka.host}:${kafka.port}`,
    'group.id': 'matapalo-connect',
    listeners: `http://${rest.host}:${rest.port}`,
    'rest.advertised.host.name': advertised.host,
    'rest.advertised.port': String(advertised.port),
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter.schemas.enable': 'false',
    'config.storage.topic': 'mp.connect.configs',
    'offset.storage.topic': 'mp.connect.offsets',
    'status.storage.topic': 'mp.connect.status',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '1',
    'status.storage.partitions': '1',
    'exactly.once.source.support': 'enabled',
    'scheduled.rebalance.max.delay.ms': '0',
    'session.timeout.ms': '10000',
    'offset.flush.interval.ms': '1000',
    // Of the worker's own readers of its three topics: each transaction of a connector writes an offset,
    // and each of half a dozen readers would fetch it by itself at once.
    'fetch.min.bytes': '65536',
    'fetch.max.wait.ms': '250',
    'producer.max.request.size': '16777216',
    'plugin.discovery': 'service_load',
  }
}

const configOf = (site: Site): string => join(site.folder, 'connect.properties')

export const connect: Component = {
  name: 'connect',
  ports: { main: { offset: 14, container: 8083 } },
  needs: [],
  memoryMiB: 1000,
  environment: () => ({}),
  launch(site) {
    const plugins = join(jarFolder(site), 'plugins')
    if (!existsSync(plugins)) throw new Error(`no plugins in ${plugins}; run: npm run stack -- up`)
    const settings = { ...connectSettings(site.places), 'plugin.path': plugins }
    writeFileSync(configOf(site), properties(settings))
    const main = 'org.apache.kafka.connect.cli.ConnectDistributed'
    return { command: 'java', args: [...javaArgs(site, heapMiB, main), configOf(site)] }
  },
  ready: (site) => httpAnswers(site.places.at('connect'), '/connectors'),
  container: (places) => ({
    build: { dockerfile: 'cdc/connect/Dockerfile' },
    environment: {
      JAVA_TOOL_OPTIONS: javaFlags(heapMiB).join(' '),
      ...Object.fromEntries(
        Object.entries({ ...connectSettings(places), 'plugin.path': '/opt/connect/plugins' }).map(
          ([key, value]) => [`CONNECT_${key.replaceAll('.', '_').toUpperCase()}`, value],
        ),
      ),
    },
    health: [
      'CMD',
      'bash',
      '-c',
      "exec 3<>/dev/tcp/127.0.0.1/8083 && printf 'GET /connectors HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200'",
    ],
  }),
}
