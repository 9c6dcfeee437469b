/**
 * Topics and connector of the services' events for docker-compose.yml, where nothing else has made
 * them. Runs once, ends.
 *
 * @module
 */
import { placesFromEnv } from './compose.ts'
import { makeEventTopics, startEventFeed } from './events.ts'

const places = placesFromEnv(process.env)
await makeEventTopics(places)
await startEventFeed(places)
process.stdout.write('stack: topics and the connector of the outboxes are ready\n')
