// The protocol's own suite, subscriptions included. Its own runner lies in node_modules, where vitest finds no tests.
import { runConformanceTests } from '@durable-streams/server-conformance-tests';

const { STREAMS_URL } = process.env;
if (!STREAMS_URL) throw new Error('STREAMS_URL is the address of the server: run scripts/peers.sh');

runConformanceTests({ baseUrl: STREAMS_URL, longPollTimeoutMs: 20_000, subscriptions: true });
