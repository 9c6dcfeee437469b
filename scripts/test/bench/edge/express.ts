/** Express 5 with http-proxy-middleware 4 and a keep-alive agent: what most teams would write. */
import { Agent } from 'node:http'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

const app = express()
app.disable('x-powered-by')
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
app.use(createProxyMiddleware({ target: process.env.UPSTREAM as string, agent, xfwd: true }))
app.listen(Number(process.env.PORT), '127.0.0.1')
