-- What was done, by whom, and what came of it (domain::audit). Rows are added and never changed.
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    -- The client that it concerned; null: the workspace.
    client_id uuid,
    -- By the name that they had then: a person's, a token's, an agent's.
    who text NOT NULL,
    person_id uuid REFERENCES person,
    agent_id uuid,
    token_id uuid,
    -- A verb, such as issue_invoice.
    what text NOT NULL CONSTRAINT audit_what_length CHECK (length(what) BETWEEN 1 AND 100),
    target text NOT NULL,
    outcome text NOT NULL CONSTRAINT audit_outcome CHECK (outcome IN ('done', 'refused', 'proposed', 'declined')),
    -- Why it was refused, or what else is worth knowing.
    detail text NOT NULL,
    before text,
    after text,
    ip text,
    at timestamptz NOT NULL,
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id),
    FOREIGN KEY (workspace_id, token_id) REFERENCES token (workspace_id, id)
);
-- The desk's page, newest first, and by who or what.
CREATE INDEX audit_of_workspace ON audit (workspace_id, id DESC);
CREATE INDEX audit_by_who ON audit (workspace_id, who, id DESC);
CREATE INDEX audit_by_what ON audit (workspace_id, what, id DESC);
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_app ON audit TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND scope_backstage());
GRANT SELECT, INSERT ON audit TO throughline_app;
