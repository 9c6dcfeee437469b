/** The worker that runs the appliers. */
import { nodeProcess } from './nodeProcess.ts'
import { databaseUrl, httpUrl, kafkaBrokers } from './urls.ts'

export const cdc = nodeProcess({
  name: 'cdc',
  entry: 'cdc/src/worker/main.ts',
  ports: { main: { offset: 7, container: 8000 } },
  needs: ['monolith-db', 'services-db', 'kafka'],
  memoryMiB: 256,
  heapMiB: 160,
  // With V8's own choice it collects garbage for two thirds of the time under this heap limit.
  semiSpaceMiB: 24,
  environment: (places) => ({
    CDC_PORT: String(places.listen('cdc').port),
    CDC_HOST: places.listen('cdc').host,
    LEDGER_URL: databaseUrl(places, 'services-db', 'ledger_reader', 'ledger'),
    MONOLITH_DB_URL: databaseUrl(places, 'monolith-db', 'matapalo_applier', 'matapalo'),
    SERVICES_DB_URL: databaseUrl(places, 'services-db', 'matapalo_applier', 'matapalo'),
    KAFKA_BROKERS: kafkaBrokers(places),
    CONNECT_URL: httpUrl(places, 'connect'),
    CDC_HEARTBEAT_MS: '500',
  }),
})
