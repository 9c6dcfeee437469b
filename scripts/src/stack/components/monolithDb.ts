/** The monolith's database server: schema `bookshop`, and the toolkit's `matapalo`. */
import { mariadbServer } from '../mariadb.ts'

export const monolithDb = mariadbServer({
  name: 'monolith-db',
  serverId: 101,
  port: { offset: 10, container: 3306 },
})
