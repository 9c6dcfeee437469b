/** The services' database server: a schema per service, the ledger, and the toolkit's `matapalo`. */
import { mariadbServer } from '../mariadb.ts'

export const servicesDb = mariadbServer({
  name: 'services-db',
  serverId: 102,
  port: { offset: 11, container: 3306 },
})
