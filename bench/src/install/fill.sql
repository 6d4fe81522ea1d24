-- Fills an empty, migrated database with one workspace of the wanted size, in sets, as its superuser.
-- Parameters, set by the caller with set_config: bench.clients, bench.requests (a client), bench.events (a request).
-- Triggers and foreign keys rest meanwhile: the rows obey them by construction, and checking each would take hours.
SET session_replication_role = replica;

-- The id of the n-th thing of a kind: ordered like the time-ordered ids of the product, and known without a look-up.
CREATE FUNCTION pg_temp.nth(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT ('019a' || lpad(to_hex(kind), 4, '0') || '7000' || '8000' || lpad(to_hex(n), 16, '0'))::uuid $$;
CREATE FUNCTION pg_temp.size(name text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT current_setting('bench.' || name)::bigint $$;

INSERT INTO workspace (id, name, tagline, promise, zone, desk_stream, created_at)
VALUES (pg_temp.nth(1, 1), 'Northlight', 'An employee', 'Within 48 hours', 'Europe/Berlin', pg_temp.nth(2, 0), now() - interval '400 days');
INSERT INTO stream (workspace_id, id, client_id, kind, backstage, created_at)
VALUES (pg_temp.nth(1, 1), pg_temp.nth(2, 0), NULL, 'desk', true, now() - interval '400 days');
INSERT INTO agent (id, workspace_id, name, created_at) VALUES (pg_temp.nth(3, 1), pg_temp.nth(1, 1), 'Juno', now() - interval '400 days');
INSERT INTO offer (id, workspace_id, name, price_minor, currency, active_limit, cycle_hours, revisions, state, created_at, updated_at)
VALUES (pg_temp.nth(4, 1), pg_temp.nth(1, 1), 'Two at a time', 500000, 'USD', 2, 48, 3, 'published', now() - interval '400 days', now());

INSERT INTO person (id, email, name, password_hash, created_at)
SELECT pg_temp.nth(5, n), CASE n WHEN 0 THEN 'operator@bench.test' ELSE 'owner' || n || '@bench.test' END,
       CASE n WHEN 0 THEN 'Olga Prins' ELSE 'Owner ' || n END, current_setting('bench.password'), now() - interval '400 days'
FROM generate_series(0, pg_temp.size('clients')) n;
INSERT INTO client (id, workspace_id, name, vertical, next_request_number, board_stream, created_at)
SELECT pg_temp.nth(6, n), pg_temp.nth(1, 1), 'Client ' || n, 'law offices', pg_temp.size('requests') + 1, pg_temp.nth(7, n),
       now() - interval '400 days' + n * interval '1 minute'
FROM generate_series(1, pg_temp.size('clients')) n;
INSERT INTO stream (workspace_id, id, client_id, kind, backstage, created_at)
SELECT workspace_id, board_stream, id, 'board', false, created_at FROM client;
INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at)
SELECT pg_temp.nth(8, n), pg_temp.nth(1, 1), CASE n WHEN 0 THEN NULL ELSE pg_temp.nth(6, n) END, pg_temp.nth(5, n),
       CASE n WHEN 0 THEN 'operator' ELSE 'owner' END, now() - interval '400 days'
FROM generate_series(0, pg_temp.size('clients')) n;
INSERT INTO subscription (id, workspace_id, client_id, offer_id, name, price_minor, currency, billing_interval, active_limit,
                          cycle_hours, revisions, starts, state, started_at, period_start, period_end, created_at)
SELECT pg_temp.nth(9, n), pg_temp.nth(1, 1), pg_temp.nth(6, n), pg_temp.nth(4, 1), 'Two at a time', 500000, 'USD', 'month', 2,
       48, 3, 'at_once', 'active', now() - interval '390 days', now() - interval '10 days', now() + interval '20 days',
       now() - interval '400 days'
FROM generate_series(1, pg_temp.size('clients')) n;
INSERT INTO invoice (id, workspace_id, client_id, subscription_id, number, state, currency, lines, total_minor, period_start,
                     period_end, created_at, issued_at, due_at, paid_at)
SELECT pg_temp.nth(10, n * 12 + m), pg_temp.nth(1, 1), pg_temp.nth(6, n), pg_temp.nth(9, n), n * 12 + m,
       CASE WHEN m = 11 AND n % 20 = 0 THEN 'issued' ELSE 'paid' END, 'USD', '[{"what": "Two at a time", "minor": 500000}]',
       500000, now() - (12 - m) * interval '30 days', now() - (11 - m) * interval '30 days',
       now() - (12 - m) * interval '30 days', now() - (12 - m) * interval '30 days',
       now() - (12 - m) * interval '30 days' + interval '14 days',
       CASE WHEN m = 11 AND n % 20 = 0 THEN NULL ELSE now() - (12 - m) * interval '30 days' END
FROM generate_series(1, pg_temp.size('clients')) n, generate_series(0, 11) m;
UPDATE workspace SET next_invoice_number = pg_temp.size('clients') * 12 + 12;

-- Of each client's requests two are at work, one waits for a review where there is room, a few stand in line, the rest
-- were done over the last year.
INSERT INTO request (id, workspace_id, client_id, number, title, brief, board_column, position, agent_id, asked_by,
                     session_stream, backstage_stream, cycle_hours, created_at, moved_at, started_at, due_at, done_at)
SELECT pg_temp.nth(11, k), pg_temp.nth(1, 1), pg_temp.nth(6, n), r, 'Follow up on call ' || r,
       'Nine calls came in and nobody wrote back. Please draft a follow-up for each, in our tone.',
       col, r, pg_temp.nth(3, 1), pg_temp.nth(5, n), pg_temp.nth(12, k), pg_temp.nth(13, k),
       CASE WHEN col IN ('in_progress', 'review', 'done') THEN 48 END, made, made + interval '1 day',
       CASE WHEN col IN ('in_progress', 'review', 'done') THEN made + interval '1 hour' END,
       CASE WHEN col = 'in_progress' THEN now() + (1 + k % 40) * interval '1 hour' END,
       CASE WHEN col = 'done' THEN made + interval '1 day' END
FROM generate_series(1, pg_temp.size('clients')) n, generate_series(1, pg_temp.size('requests')) r,
     LATERAL (SELECT (n - 1) * pg_temp.size('requests') + r AS k,
                     CASE pg_temp.size('requests') - r WHEN 0 THEN 'backlog' WHEN 1 THEN 'backlog' WHEN 2 THEN 'up_next'
                          WHEN 3 THEN 'up_next' WHEN 4 THEN 'in_progress' WHEN 5 THEN 'review' ELSE 'done' END AS col,
                     now() - interval '1 day' - (pg_temp.size('requests') - r) * interval '3 days' AS made) x;
INSERT INTO cycle_span (workspace_id, client_id, request_id, from_at, to_at, kind)
SELECT workspace_id, client_id, id, started_at, CASE WHEN board_column <> 'in_progress' THEN started_at + interval '20 hours' END, 'running'
FROM request WHERE started_at IS NOT NULL
UNION ALL
SELECT workspace_id, client_id, id, started_at + interval '20 hours', done_at, 'waiting'
FROM request WHERE board_column IN ('review', 'done');
INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, attempt, lease_holder, lease_until, not_before, queued_at, started_at, ended_at)
SELECT pg_temp.nth(14, (row_number() OVER ())), workspace_id, client_id, id, agent_id,
       CASE board_column WHEN 'in_progress' THEN 'suspended' ELSE 'completed' END, 1, NULL, NULL, started_at, started_at, started_at,
       CASE WHEN board_column <> 'in_progress' THEN started_at + interval '20 hours' END
FROM request WHERE started_at IS NOT NULL;
INSERT INTO deliverable (id, workspace_id, client_id, request_id, title, created_at)
SELECT pg_temp.nth(15, (row_number() OVER ())), workspace_id, client_id, id, 'Follow-ups', started_at + interval '20 hours'
FROM request WHERE board_column IN ('review', 'done');
INSERT INTO deliverable_version (workspace_id, client_id, deliverable_id, version, body, created_at)
SELECT workspace_id, client_id, id, 1, repeat('A letter that says what was agreed and what comes next. ', 20), created_at FROM deliverable;
INSERT INTO review (id, workspace_id, client_id, request_id, verdict, reviewed_by, reviewed_at)
SELECT pg_temp.nth(16, (row_number() OVER ())), workspace_id, client_id, id, 'approved', asked_by, done_at
FROM request WHERE board_column = 'done';

-- A tenth of the events are backstage. A session reads like one: asked, taken up, a plan, steps, words, delivered.
INSERT INTO stream (workspace_id, id, client_id, kind, backstage, next_offset, created_at)
SELECT workspace_id, session_stream, client_id, 'session', false, pg_temp.size('events') * 9 / 10, created_at FROM request
UNION ALL
SELECT workspace_id, backstage_stream, client_id, 'backstage', true, pg_temp.size('events') / 10, created_at FROM request;
INSERT INTO stream_event (workspace_id, stream_id, seq, at, data)
SELECT pg_temp.nth(1, 1), pg_temp.nth(12, k), i, at,
       '{"event":"' || to_hex(k) || '-' || i || '",' || CASE WHEN i = 0 THEN '' ELSE '"run":"run_' || lpad(to_hex(k), 32, '0') || '","attempt":1,' END
       || CASE WHEN i = 0 THEN '"author":{"kind":"person","id":"per","name":"Owner"}' ELSE '"author":{"kind":"agent","id":"agt","name":"Juno"}' END
       || ',"at":' || (extract(epoch FROM at) * 1000)::bigint || ','
       || CASE WHEN i = 0 THEN '"type":"data-asked","title":"Follow up","brief":"Nine calls came in."'
               WHEN i = 1 THEN '"type":"data-run","state":"working"'
               WHEN i = 2 THEN '"type":"data-plan","steps":[{"title":"Read the notes","state":"done"},{"title":"Draft","state":"working"},{"title":"Rank","state":"open"}]'
               WHEN i < 8 THEN '"type":"data-step","id":"s' || i || '","title":"Read 9 call notes","detail":"2 minutes","state":"done"'
               WHEN i = 8 THEN '"type":"text-start","id":"t"'
               WHEN i < last - 2 THEN '"type":"text-delta","id":"t","delta":"She called on Tuesday about a lease that ends in six weeks, "'
               WHEN i = last - 2 THEN '"type":"text-end","id":"t"'
               WHEN i = last - 1 THEN '"type":"data-deliverable","deliverable":"dlv_' || lpad(to_hex(k), 32, '0') || '","title":"Follow-ups","version":1'
               ELSE '"type":"data-run","state":"completed"' END || '}'
FROM generate_series(1, pg_temp.size('clients') * pg_temp.size('requests')) k,
     LATERAL (SELECT pg_temp.size('events') * 9 / 10 - 1 AS last, now() - interval '2 days' AS at) x,
     LATERAL generate_series(0, last) i;
INSERT INTO stream_event (workspace_id, stream_id, seq, at, data)
SELECT pg_temp.nth(1, 1), pg_temp.nth(13, k), i, now(),
       '{"event":"b' || to_hex(k) || '-' || i || '","author":{"kind":"agent","id":"agt","name":"Juno"},"at":0,"type":"data-step","title":"tool call","state":"done","id":"t"}'
FROM generate_series(1, pg_temp.size('clients') * pg_temp.size('requests')) k, generate_series(0, pg_temp.size('events') / 10 - 1) i;

SET session_replication_role = origin;
