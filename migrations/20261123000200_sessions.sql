-- The session engine's three tables (crate sessions): streams, their events, and how far each producer has got.
-- Its role commits for many tenants at once and sees these tables whole and nothing else; the product's role
-- sees a stream where the scope admits it, and a backstage stream only with the backstage scope.

CREATE TABLE stream (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    -- Null: a stream of the whole workspace, such as the desk's.
    client_id uuid,
    kind text NOT NULL,
    backstage boolean NOT NULL DEFAULT false,
    -- How many events were ever appended, and so the seq of the next one. Counted under the row's lock in the
    -- appending transaction: a sequence would become visible out of order and readers would skip rows.
    next_offset bigint NOT NULL DEFAULT 0,
    -- Events before it have been dropped.
    earliest_offset bigint NOT NULL DEFAULT 0,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT stream_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT stream_id_key UNIQUE (id),
    CONSTRAINT stream_kind_check CHECK (kind <> '' AND length(kind) <= 64),
    CONSTRAINT stream_offsets_check CHECK (0 <= earliest_offset AND earliest_offset <= next_offset)
)
-- Every append rewrites its stream's row: room on the page keeps those updates off the indexes.
WITH (fillfactor = 70);

-- No foreign key to stream: it would be checked once a row, and each row is written by a statement that has just
-- updated the stream it names.
CREATE TABLE stream_event (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    -- Text and not jsonb: what was appended is read back byte for byte.
    data text NOT NULL,
    CONSTRAINT stream_event_pkey PRIMARY KEY (workspace_id, stream_id, seq),
    CONSTRAINT stream_event_seq_check CHECK (seq >= 0)
);

CREATE TABLE stream_producer (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    producer text NOT NULL,
    epoch bigint NOT NULL,
    -- The sequence that its next append has to carry.
    next_sequence bigint NOT NULL,
    CONSTRAINT stream_producer_pkey PRIMARY KEY (workspace_id, stream_id, producer),
    CONSTRAINT stream_producer_stream_fkey FOREIGN KEY (workspace_id, stream_id) REFERENCES stream (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_producer_check CHECK (epoch >= 0 AND next_sequence >= 0)
);

ALTER TABLE stream ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_event FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_producer ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_producer FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON stream, stream_event, stream_producer TO throughline_sessions;

CREATE POLICY stream_engine ON stream TO throughline_sessions USING (true) WITH CHECK (true);
CREATE POLICY stream_event_engine ON stream_event TO throughline_sessions USING (true) WITH CHECK (true);
CREATE POLICY stream_producer_engine ON stream_producer TO throughline_sessions USING (true) WITH CHECK (true);

-- A stream never changes its tenant, an event never changes at all, and only the engine drops any.
GRANT SELECT, INSERT, UPDATE (next_offset, closed_at) ON stream TO throughline_app;
GRANT SELECT, INSERT ON stream_event TO throughline_app;
GRANT SELECT, INSERT, UPDATE (epoch, next_sequence) ON stream_producer TO throughline_app;

CREATE POLICY stream_scope ON stream TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND (NOT backstage OR scope_backstage()))
    WITH CHECK (scope_admits(workspace_id, client_id) AND (NOT backstage OR scope_backstage()));

-- The stream's own policy holds inside these too.
CREATE POLICY stream_event_scope ON stream_event TO throughline_app
    USING (workspace_id = scope_workspace() AND EXISTS (
        SELECT FROM stream s WHERE s.workspace_id = stream_event.workspace_id AND s.id = stream_event.stream_id))
    WITH CHECK (workspace_id = scope_workspace() AND EXISTS (
        SELECT FROM stream s WHERE s.workspace_id = stream_event.workspace_id AND s.id = stream_event.stream_id));

CREATE POLICY stream_producer_scope ON stream_producer TO throughline_app
    USING (workspace_id = scope_workspace() AND EXISTS (
        SELECT FROM stream s WHERE s.workspace_id = stream_producer.workspace_id AND s.id = stream_producer.stream_id))
    WITH CHECK (workspace_id = scope_workspace() AND EXISTS (
        SELECT FROM stream s WHERE s.workspace_id = stream_producer.workspace_id AND s.id = stream_producer.stream_id));
