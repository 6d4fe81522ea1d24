-- A token that the server makes for a program that it starts (domain::tokens::for_attempt): of one attempt at a run, good
-- while that attempt holds the run, and made by nobody.
ALTER TABLE token ALTER COLUMN made_by DROP NOT NULL;
ALTER TABLE token ADD COLUMN request_id uuid;
ALTER TABLE token ADD COLUMN run_id uuid;
ALTER TABLE token ADD COLUMN attempt integer;
ALTER TABLE token ADD CONSTRAINT token_of_run_or_person CHECK (
    (run_id IS NULL) = (made_by IS NOT NULL) AND (run_id IS NULL) = (request_id IS NULL)
    AND (run_id IS NULL) = (attempt IS NULL)
    AND (run_id IS NULL OR (agent_id IS NOT NULL AND client_id IS NOT NULL)));
ALTER TABLE token ADD CONSTRAINT token_of_run FOREIGN KEY (workspace_id, client_id, request_id, run_id)
    REFERENCES run (workspace_id, client_id, request_id, id);
CREATE INDEX token_by_run ON token (run_id) WHERE run_id IS NOT NULL;
-- An agent's attempt makes and takes back its own.
CREATE POLICY token_app_of_run ON token TO throughline_app
    USING (run_id IS NOT NULL AND scope_admits(workspace_id, client_id) AND scope_backstage());
-- Whether the attempt still holds the run.
CREATE POLICY run_auth ON run FOR SELECT TO throughline_auth USING (true);
GRANT SELECT (id, workspace_id, state, attempt, lease_until) ON run TO throughline_auth;
