-- Everything that is a client's, packed into one file for its owner to download (domain::exports). One node at a time
-- packs it, by a lease; the file lies in the file store until it expires.
CREATE TABLE client_export (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    asked_by uuid NOT NULL REFERENCES person,
    -- An operator asked, in the client's name.
    from_desk boolean NOT NULL,
    -- IANA name of the zone in which its texts say times: that of who asked.
    zone text NOT NULL CONSTRAINT client_export_zone_length CHECK (length(zone) BETWEEN 1 AND 60),
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT client_export_state CHECK (state IN ('queued', 'working', 'ready', 'failed', 'expired')),
    attempt integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    -- How many of its entries are packed, and how many there are.
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    -- Its key in the file store, as long as something may be there.
    object text,
    bytes bigint,
    -- Why there is none, in the words of who asked.
    failure text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    ready_at timestamptz,
    expires_at timestamptz,
    CONSTRAINT client_export_is_there CHECK (
        state <> 'ready' OR (object IS NOT NULL AND bytes IS NOT NULL AND ready_at IS NOT NULL AND expires_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
-- One at a time is packed for a client.
CREATE UNIQUE INDEX client_export_once ON client_export (client_id) WHERE state IN ('queued', 'working');
-- The newest, for its page.
CREATE INDEX client_export_of_client ON client_export (workspace_id, client_id, created_at DESC);
-- What a node takes up next, and what is to be cleared.
CREATE INDEX client_export_due ON client_export (created_at) WHERE state IN ('queued', 'working');
CREATE INDEX client_export_kept ON client_export (expires_at) WHERE object IS NOT NULL;

ALTER TABLE client_export ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_export FORCE ROW LEVEL SECURITY;
CREATE POLICY client_export_app ON client_export TO throughline_app USING (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE ON client_export TO throughline_app;
CREATE POLICY client_export_jobs ON client_export TO throughline_jobs USING (true) WITH CHECK (true);
GRANT SELECT (id, workspace_id, client_id, state, attempt, lease_until, object, bytes, created_at, expires_at),
    UPDATE (state, attempt, lease_until, object) ON client_export TO throughline_jobs;
