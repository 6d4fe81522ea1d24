-- W3C's traceparent of the request that queued a run: an agent's attempt at it, on any node, goes into the same trace.
-- Read where a worker claims the run; empty where nothing is traced.
ALTER TABLE run ADD COLUMN trace_parent text CHECK (octet_length(trace_parent) <= 55);
