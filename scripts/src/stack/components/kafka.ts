/**
 * One Kafka broker in KRaft mode, its own controller.
 *
 * Formatting the log folder costs a JVM start, so it is done once per repository and copied; only
 * the cluster id differs between instances.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../../../lock.mjs'
import type { Component, Places, Site } from '../component.ts'
import { javaArgs, javaFlags, properties } from '../java.ts'
import { kafkaAnswers } from '../probe.ts'
import { run } from '../run.ts'
import { endOldSession } from './kafkaSession.ts'

const heapMiB = 256

export const kafkaSettings = (places: Places): Readonly<Record<string, string>> => {
  const client = places.at('kafka')
  const broker = places.listen('kafka')
  const controller = places.listen('kafka', 'controller')
  const voter = places.at('kafka', 'controller')
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${voter.host}:${voter.port}`,
    listeners: `BROKER://${broker.host}:${broker.port},CONTROLLER://${controller.host}:${controller.port}`,
    'advertised.listeners': `BROKER://${client.host}:${client.port}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'broker.heartbeat.interval.ms': '500',
    'auto.create.topics.enable': 'false',
    'num.partitions': '1',
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '4',
    // A killed producer's transaction hides what comes after it until it has timed out and was found.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.retention.ms': '-1',
    'log.segment.bytes': '134217728',
    'message.max.bytes': '16777216',
    'replica.fetch.max.bytes': '16777216',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.cleaner.dedupe.buffer.size': '4194304',
  }
}

const configOf = (site: Site): string => join(site.folder, 'server.properties')

async function format(site: Site, template: string): Promise<void> {
  const folder = `${template}.${process.pid}`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const config = `${folder}.properties`
  writeFileSync(config, properties({ ...kafkaSettings(site.places), 'log.dirs': folder }))
  await run('java', [
    ...javaArgs(site, 128, 'kafka.tools.StorageTool'),
    'format',
    '--cluster-id',
    randomBytes(16).toString('base64url'),
    '--config',
    config,
  ])
  rmSync(config)
  renameSync(folder, template)
}

async function prepare(site: Site): Promise<void> {
  const template = join(site.shared, 'templates/kafka')
  await withLock(`${template}.lock`, async () => {
    if (!existsSync(template)) await format(site, template)
  })
  const logs = join(site.folder, 'logs')
  cpSync(template, logs, { recursive: true })
  const meta = join(logs, 'meta.properties')
  const id = randomBytes(16).toString('base64url')
  writeFileSync(meta, readFileSync(meta, 'utf8').replace(/^cluster\.id=.*$/m, `cluster.id=${id}`))
}

export const kafka: Component = {
  name: 'kafka',
  ports: {
    main: { offset: 12, container: 9092 },
    controller: { offset: 13, container: 9093 },
  },
  needs: [],
  memoryMiB: 700,
  environment: () => ({}),
  prepare,
  recover: (site, signal) => endOldSession(site, kafkaSettings(site.places), signal),
  launch(site) {
    const settings = { ...kafkaSettings(site.places), 'log.dirs': join(site.folder, 'logs') }
    writeFileSync(configOf(site), properties(settings))
    return { command: 'java', args: [...javaArgs(site, heapMiB, 'kafka.Kafka'), configOf(site)] }
  },
  ready: (site) => kafkaAnswers(site.places.at('kafka')),
  container: (places) => ({
    image: 'apache/kafka:4.3.1',
    environment: {
      CLUSTER_ID: 'bWF0YXBhbG8tY29tcG9zZQ',
      KAFKA_HEAP_OPTS: javaFlags(heapMiB).join(' '),
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      ...Object.fromEntries(
        Object.entries(kafkaSettings(places)).map(([key, value]) => [
          `KAFKA_${key.replaceAll('.', '_').toUpperCase()}`,
          value,
        ]),
      ),
    },
    volume: '/var/lib/kafka/data',
    health: [
      'CMD-SHELL',
      '/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server kafka:9092 > /dev/null',
    ],
  }),
}
