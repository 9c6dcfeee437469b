/** Express 5 with express-http-proxy, which buffers both ways. */
import { Agent } from 'node:http'
import express from 'express'
import proxy from 'express-http-proxy'

const app = express()
app.disable('x-powered-by')
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
app.use(
  proxy(process.env.UPSTREAM, {
    proxyReqOptDecorator: (options) => ({ ...options, agent }),
  }),
)
app.listen(Number(process.env.PORT), '127.0.0.1')
