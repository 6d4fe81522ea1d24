-- The key with which the server reaches an agent's service (domain::agents::key): sealed under a key that is not in the
-- database. Only the desk and the server's own work see that it is there; no client's or agent's scope does.
CREATE TABLE agent_key (
    workspace_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    -- Which master key it is sealed under, so that it can be replaced.
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, agent_id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
ALTER TABLE agent_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_key FORCE ROW LEVEL SECURITY;
-- Rows of no client: the whole workspace's scope alone.
CREATE POLICY agent_key_app ON agent_key TO throughline_app
    USING (scope_admits(workspace_id, NULL) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_key TO throughline_app;
