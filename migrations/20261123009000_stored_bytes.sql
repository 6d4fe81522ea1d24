-- How many bytes each stream holds, as far as they were counted: the limit of a tenant's stored bytes is told from it
-- (crate sessions). A row of its own, because the count must not touch the stream's row, which every append rewrites.

CREATE TABLE stream_stored (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    -- Counted are the events from here, which is where the stream began then,
    first bigint NOT NULL,
    -- to before this one.
    upto bigint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT stream_stored_pkey PRIMARY KEY (workspace_id, stream_id),
    CONSTRAINT stream_stored_stream_fkey FOREIGN KEY (workspace_id, stream_id) REFERENCES stream (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_stored_check CHECK (0 <= first AND first <= upto AND bytes >= 0)
);

ALTER TABLE stream_stored ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_stored FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON stream_stored TO throughline_sessions;

CREATE POLICY stream_stored_engine ON stream_stored TO throughline_sessions USING (true) WITH CHECK (true);
