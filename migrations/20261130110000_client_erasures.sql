-- Erasing a client (domain::erasures): an operator sets it, a job carries it out when its time has come.
CREATE TABLE client_erasure (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    -- The operator who set it.
    asked_by uuid NOT NULL REFERENCES person,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- From then on its rows go, nobody of the client's is let in, and it cannot be called off.
    begun_at timestamptz,
    done_at timestamptz,
    PRIMARY KEY (workspace_id, client_id),
    CONSTRAINT client_erasure_forward CHECK (asked_at <= due_at AND (done_at IS NULL OR begun_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX client_erasure_due ON client_erasure (due_at) WHERE done_at IS NULL;

ALTER TABLE client_erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY client_erasure_app ON client_erasure TO throughline_app USING (scope_admits(workspace_id, client_id));
-- What has begun is not called off.
CREATE POLICY client_erasure_call_off ON client_erasure AS RESTRICTIVE FOR DELETE TO throughline_app
    USING (begun_at IS NULL AND scope_wide());
CREATE POLICY client_erasure_jobs ON client_erasure FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT, INSERT, UPDATE (begun_at, done_at), DELETE ON client_erasure TO throughline_app;
GRANT SELECT (workspace_id, client_id, due_at, begun_at, done_at) ON client_erasure TO throughline_jobs;
