/** Every component, in the order of their needs. */
import type { Component } from '../component.ts'
import { catalog } from './catalog.ts'
import { cdc } from './cdc.ts'
import { connect } from './connect.ts'
import { controlPlane } from './controlPlane.ts'
import { edge1, edge2 } from './edge.ts'
import { kafka } from './kafka.ts'
import { monolith } from './monolith.ts'
import { monolithDb } from './monolithDb.ts'
import { orders } from './orders.ts'
import { redis } from './redis.ts'
import { servicesDb } from './servicesDb.ts'
import { storefront } from './storefront.ts'
import { support } from './support.ts'
import { users } from './users.ts'

export const components: readonly Component[] = [
  monolithDb,
  servicesDb,
  kafka,
  connect,
  redis,
  monolith,
  catalog,
  users,
  orders,
  support,
  storefront,
  cdc,
  controlPlane,
  edge1,
  edge2,
]
