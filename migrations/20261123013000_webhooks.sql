-- Where a workspace has its events sent (domain::webhooks).
CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    url text NOT NULL CONSTRAINT webhook_url CHECK (length(url) BETWEEN 1 AND 2000),
    events text[] NOT NULL CONSTRAINT webhook_events CHECK (cardinality(events) > 0),
    -- What its messages are signed with, sealed (domain::sealed): whoever has a copy of the database cannot forge one.
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Since when what is sent there is given up; null while it is taken.
    failing_since timestamptz,
    removed_at timestamptz,
    CONSTRAINT webhook_in_workspace UNIQUE (workspace_id, id)
);
CREATE INDEX webhook_of_workspace ON webhook (workspace_id, created_at);

-- What happened, written in the transaction that made it so.
CREATE TABLE webhook_event (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    kind text NOT NULL,
    -- What is sent, byte for byte.
    body text NOT NULL,
    at timestamptz NOT NULL,
    -- Whether it was handed to the webhooks that want it.
    spread boolean NOT NULL DEFAULT false,
    CONSTRAINT webhook_event_in_workspace UNIQUE (workspace_id, id)
);
CREATE INDEX webhook_event_unspread ON webhook_event (at) WHERE NOT spread;
CREATE INDEX webhook_event_of_workspace ON webhook_event (workspace_id, at);

-- An event on its way to a webhook.
CREATE TABLE webhook_delivery (
    workspace_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'queued' CONSTRAINT webhook_delivery_state CHECK (state IN ('queued', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL,
    -- What was answered last: a status, or null where nobody answered, and its beginning or the reason.
    status integer,
    answer text NOT NULL DEFAULT '',
    tried_at timestamptz,
    PRIMARY KEY (webhook_id, event_id),
    FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhook (workspace_id, id),
    FOREIGN KEY (workspace_id, event_id) REFERENCES webhook_event (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (not_before) WHERE state = 'queued';
CREATE INDEX webhook_delivery_of_event ON webhook_delivery (workspace_id, event_id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['webhook', 'webhook_event', 'webhook_delivery'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide())', t || '_app', t);
        EXECUTE format('CREATE POLICY %I ON %I TO throughline_jobs USING (true) WITH CHECK (true)', t || '_jobs', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO throughline_app', t);
    END LOOP;
END $$;
-- Whoever makes something happen writes it down, and does not read what others did.
CREATE POLICY webhook_event_write ON webhook_event FOR INSERT TO throughline_app
    WITH CHECK (workspace_id = scope_workspace());
GRANT SELECT (id, workspace_id, events, created_at, removed_at, failing_since), UPDATE (failing_since) ON webhook TO throughline_jobs;
GRANT SELECT (id, workspace_id, kind, at, spread), UPDATE (spread), DELETE ON webhook_event TO throughline_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_delivery TO throughline_jobs;
