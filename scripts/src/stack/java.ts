/**
 * How a JVM of the stack is started: one class path from Maven (scripts/run.mjs fetched it), small
 * heap, quick start.
 *
 * @module
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Site } from './component.ts'

export const jarFolder = (site: Site): string => join(site.shared, 'java')

const logging = `status = warn
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.debezium.name = io.debezium
logger.debezium.level = info
logger.scan.name = org.apache.kafka.connect.runtime.isolation
logger.scan.level = off
`

export const javaFlags = (heapMiB: number): readonly string[] => [
  '-Xms64m',
  `-Xmx${heapMiB}m`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:MaxMetaspaceSize=160m',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xshare:auto',
]

/** @param moreLogging lines for log4j2.properties */
export function javaArgs(
  site: Site,
  heapMiB: number,
  mainClass: string,
  moreLogging = '',
): readonly string[] {
  const jars = join(jarFolder(site), 'kafka')
  if (!existsSync(jars)) throw new Error(`no jars in ${jars}; run: npm run stack -- up`)
  const file = join(site.folder, 'log4j2.properties')
  writeFileSync(file, logging + moreLogging)
  return [
    ...javaFlags(heapMiB),
    `-Dlog4j2.configurationFile=${file}`,
    '-cp',
    join(jars, '*'),
    mainClass,
  ]
}

export const properties = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
