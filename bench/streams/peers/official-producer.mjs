// The official client's IdempotentProducer: node official-producer.mjs URL EVENTS SETS
// Says "ready" once it is warm, begins when a line comes in, and says of each set of events how long it took until all
// of them were acked.
import { DurableStream, IdempotentProducer } from "@durable-streams/client"
import { createInterface } from "node:readline"

const [url, events, sets] = process.argv.slice(2)
const options = { contentType: "application/json", warnOnHttp: false }

/** Appends sets of `count` events of 50 bytes, without waiting for each, and after each set waits until all are acked. */
async function produce(address, count, sets) {
  const stream = await DurableStream.create({ url: address, ...options })
  const failures = []
  const producer = new IdempotentProducer(stream, "official", { onError: (error) => failures.push(error) })
  const seconds = []
  for (let set = 0; set < sets; set++) {
    const begun = performance.now()
    for (let number = 0; number < count; number++) {
      producer.append(`{"w":0,"n":${number},"t":0,"p":"`.padEnd(48, "x") + '"}')
    }
    await producer.flush()
    seconds.push((performance.now() - begun) / 1000)
  }
  if (failures.length > 0) throw failures[0]
  return seconds
}

await produce(`${url}-warm`, Number(events), 2)
console.log("ready")
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ seconds: await produce(url, Number(events), Number(sets)) }))
  break
}
process.exit(0)
