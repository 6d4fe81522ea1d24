-- Subscriptions: durable cursors over a tenant's named streams that wake a worker when something is pending. Only the
-- session engine's role sees them.

CREATE TABLE stream_subscription (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid,
    -- Chosen by whoever made it, unique within the tenant.
    name text NOT NULL,
    -- Woken by a request to webhook_url, or by an event in the stream named wake_stream, which its workers read.
    webhook_url text,
    wake_stream text,
    -- Streams whose names match are linked by themselves.
    pattern text,
    lease_ms bigint NOT NULL,
    description text,
    -- The configuration as it was asked for: the same again confirms, another is refused.
    config text NOT NULL,
    -- Signs the tokens of its wakes.
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Streams made before it have been matched.
    matched_until timestamptz NOT NULL,
    -- Counts the wakes; what belongs to an earlier one is refused.
    generation bigint NOT NULL DEFAULT 0,
    -- The wake that is on its way or being worked on, by whom, and until when.
    wake_id text,
    holder text,
    lease_until timestamptz,
    -- When the webhook is due, and how often it has failed.
    deliver_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    CONSTRAINT stream_subscription_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT stream_subscription_id_key UNIQUE (id),
    CONSTRAINT stream_subscription_name_check CHECK (name <> '' AND octet_length(name) <= 1024),
    CONSTRAINT stream_subscription_kind_check CHECK ((webhook_url IS NULL) <> (wake_stream IS NULL)),
    CONSTRAINT stream_subscription_wake_check CHECK (
        wake_id IS NOT NULL OR (holder IS NULL AND lease_until IS NULL AND deliver_at IS NULL))
);

CREATE UNIQUE INDEX stream_subscription_name_key ON stream_subscription
    (workspace_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000'::uuid), name);

CREATE TABLE stream_subscription_link (
    workspace_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    -- The stream's name; there need not be such a stream yet.
    path text NOT NULL,
    -- Asked for, matched by the pattern, or both.
    explicit boolean NOT NULL,
    matched boolean NOT NULL,
    -- So far it has been worked on.
    acked_offset bigint NOT NULL,
    CONSTRAINT stream_subscription_link_pkey PRIMARY KEY (workspace_id, subscription_id, path),
    CONSTRAINT stream_subscription_link_fkey FOREIGN KEY (workspace_id, subscription_id)
        REFERENCES stream_subscription (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_subscription_link_check CHECK ((explicit OR matched) AND acked_offset >= 0)
);

-- Whom does an append to this stream concern?
CREATE INDEX stream_subscription_link_path_idx ON stream_subscription_link (workspace_id, path);

-- Streams made lately, to be matched with patterns.
CREATE INDEX stream_named_since_idx ON stream (workspace_id, created_at) WHERE name IS NOT NULL AND deleted_at IS NULL;

-- The key that signs the requests to webhooks, one of the install's.
CREATE TABLE stream_signing_key (
    one boolean NOT NULL DEFAULT true,
    pkcs8 bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT stream_signing_key_pkey PRIMARY KEY (one),
    CONSTRAINT stream_signing_key_one_check CHECK (one)
);

ALTER TABLE stream_subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_subscription_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_subscription_link FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_signing_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_signing_key FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON stream_subscription, stream_subscription_link TO throughline_sessions;
GRANT SELECT, INSERT ON stream_signing_key TO throughline_sessions;

CREATE POLICY stream_subscription_engine ON stream_subscription TO throughline_sessions USING (true) WITH CHECK (true);
CREATE POLICY stream_subscription_link_engine ON stream_subscription_link TO throughline_sessions
    USING (true) WITH CHECK (true);
CREATE POLICY stream_signing_key_engine ON stream_signing_key TO throughline_sessions USING (true) WITH CHECK (true);
