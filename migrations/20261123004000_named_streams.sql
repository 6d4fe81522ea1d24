-- Streams that are known by a name within their tenant, hold JSON or bytes, may lapse, and may be forks of others:
-- what the Durable Streams protocol needs of the session engine. Streams without any of it stay as they were, and code
-- that knows nothing of it goes on as before: every new column may be null.

ALTER TABLE stream
    -- Unique among the tenant's streams that are not buried.
    ADD COLUMN name text,
    -- Null: JSON, one text an event. Anything but application/json holds bytes.
    ADD COLUMN content_type text,
    -- From then on it is not found, whatever happens.
    ADD COLUMN expires_at timestamptz,
    -- So long it lives without being read or written; lapses_at is moved on by whoever does.
    ADD COLUMN ttl_seconds bigint,
    ADD COLUMN lapses_at timestamptz,
    -- The last of the writers' own order marks, which have to rise (the header Stream-Seq).
    ADD COLUMN last_mark text,
    -- What the stream reads from another before its own events begin at fork_offset. fork_part of the event that
    -- stands there in the source was asked for besides: of JSON so many events, counted into fork_offset; of bytes so
    -- many bytes, kept as the fork's own first event.
    ADD COLUMN forked_from uuid,
    ADD COLUMN fork_offset bigint,
    ADD COLUMN fork_part bigint,
    -- Deleted: not found, or kept under its name for the forks that read from it.
    ADD COLUMN deleted_at timestamptz,
    -- No fork needs it any more: its name is free and its events are dropped in the background.
    ADD COLUMN buried_at timestamptz,
    ADD CONSTRAINT stream_name_check CHECK (name <> '' AND octet_length(name) <= 1024),
    ADD CONSTRAINT stream_lapse_check CHECK (
        (ttl_seconds >= 0) IS NOT FALSE AND (ttl_seconds IS NULL) = (lapses_at IS NULL)
        AND (ttl_seconds IS NULL OR expires_at IS NULL)),
    ADD CONSTRAINT stream_fork_check CHECK (
        (forked_from IS NULL) = (fork_offset IS NULL) AND (forked_from IS NULL) = (fork_part IS NULL)
        AND (fork_part >= 0) IS NOT FALSE AND (0 <= fork_offset AND fork_offset <= next_offset) IS NOT FALSE),
    ADD CONSTRAINT stream_buried_check CHECK (buried_at IS NULL OR deleted_at IS NOT NULL);

-- One name, one stream. No column of any index here changes with an append, so that appends stay off the indexes.
CREATE UNIQUE INDEX stream_name_key ON stream
    (workspace_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid), name)
    WHERE name IS NOT NULL AND buried_at IS NULL;

-- Does a fork still read from it?
CREATE INDEX stream_fork_idx ON stream (forked_from) WHERE forked_from IS NOT NULL AND buried_at IS NULL;

-- What the sweeper looks through: streams that may lapse, and graves.
CREATE INDEX stream_mortal_idx ON stream (id)
    WHERE (ttl_seconds IS NOT NULL OR expires_at IS NOT NULL) AND deleted_at IS NULL;
CREATE INDEX stream_grave_idx ON stream (buried_at) WHERE buried_at IS NOT NULL;

-- An event of bytes: its data is empty.
ALTER TABLE stream_event ADD COLUMN bytes bytea;

-- An append inside the product's own transaction keeps a stream alive like any other.
GRANT UPDATE (lapses_at) ON stream TO throughline_app;
