// The Node reference of Durable Streams with its file store: node server.mjs PORT FOLDER
import { DurableStreamTestServer } from "@durable-streams/server"

const [port, dataDir] = process.argv.slice(2)
const server = new DurableStreamTestServer({ host: "127.0.0.1", port: Number(port), dataDir, longPollTimeout: 20_000 })
await server.start()
