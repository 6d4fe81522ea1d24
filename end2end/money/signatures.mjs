// Signatures of webhooks by Stripe's own client. One line of JSON in, one out:
//   {"sign": "body", "secret": "whsec_…", "at": 1796000000}                   {"header": "t=…,v1=…"}
//   {"check": "body", "header": "t=…,v1=…", "secret": "whsec_…", "at": …}     {"id": "evt_…"} or {"error": "…"}
import { createInterface } from "node:readline";
import Stripe from "stripe";

const stripe = new Stripe("sk_test_nobody");
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    if ("sign" in asked) {
      const header = stripe.webhooks.generateTestHeaderString({ payload: asked.sign, secret: asked.secret, timestamp: asked.at });
      answer = { header };
    } else {
      const received = asked.at * 1000;
      const event = stripe.webhooks.constructEvent(asked.check, asked.header, asked.secret, 300, undefined, received);
      answer = { id: event.id };
    }
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer));
}
