-- Calls of programs under a key of their own making (domain::once): sent again, one is not done again, and is answered
-- what the first was.
CREATE TABLE token_call (
    workspace_id uuid NOT NULL,
    token_id uuid NOT NULL,
    key text NOT NULL CONSTRAINT token_call_key CHECK (length(key) BETWEEN 1 AND 200),
    -- The client that the caller was narrowed to, if any.
    client_id uuid,
    -- SHA-256 of the tool's name and its arguments: others under the same key are not taken for the same.
    asked bytea NOT NULL,
    answer jsonb NOT NULL,
    called_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, token_id, key),
    FOREIGN KEY (workspace_id, token_id) REFERENCES token (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX token_call_age ON token_call (called_at);
ALTER TABLE token_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE token_call FORCE ROW LEVEL SECURITY;
CREATE POLICY token_call_app ON token_call TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE ON token_call TO throughline_app;
-- Old ones are cleared.
CREATE POLICY token_call_jobs ON token_call FOR DELETE TO throughline_jobs USING (true);
CREATE POLICY token_call_jobs_age ON token_call FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (called_at), DELETE ON token_call TO throughline_jobs;
-- Whoever comes with the token again is answered, wherever it stands by now.
CREATE POLICY token_call_auth ON token_call FOR SELECT TO throughline_auth USING (true);
GRANT SELECT (token_id, key, asked, answer) ON token_call TO throughline_auth;
