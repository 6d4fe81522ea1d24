-- How an agent is reached, and what it may use without asking (domain::agents).
ALTER TABLE agent DROP CONSTRAINT agent_backend;
ALTER TABLE agent ADD CONSTRAINT agent_backend CHECK (backend IN
    ('house', 'hermes', 'acp', 'openai_chat', 'openai_responses', 'anthropic', 'claude_code', 'pull'));
ALTER TABLE agent ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE agent ADD COLUMN tools text[] NOT NULL DEFAULT
    '{get_request,read_conversation,search_notes,read_note,write_note,ask_client,request_approval,report_progress,deliver,finish}';

-- Keys for programs (domain::tokens): an agent's own, or an operator's for programs that act for them.
CREATE TABLE token (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    -- The client that it is narrowed to; null: the whole workspace.
    client_id uuid,
    -- The agent that it belongs to; null: it acts for the operator who made it.
    agent_id uuid,
    name text NOT NULL CONSTRAINT token_name_length CHECK (length(name) BETWEEN 1 AND 60),
    -- SHA-256 of the text, which was shown once.
    hash bytea NOT NULL CONSTRAINT token_hash_key UNIQUE,
    rights text[] NOT NULL CONSTRAINT token_rights
        CHECK (rights <@ '{work,read,write,dangerous}' AND cardinality(rights) > 0
            AND ('work' = ANY (rights)) = (agent_id IS NOT NULL)),
    made_by uuid NOT NULL REFERENCES person,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT token_in_workspace UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE INDEX token_of_workspace ON token (workspace_id, created_at DESC);
ALTER TABLE token ENABLE ROW LEVEL SECURITY;
ALTER TABLE token FORCE ROW LEVEL SECURITY;
CREATE POLICY token_app ON token TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
CREATE POLICY token_auth ON token TO throughline_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON token TO throughline_app;
GRANT SELECT, UPDATE ON token TO throughline_auth;
-- Whose token it is.
CREATE POLICY agent_auth ON agent FOR SELECT TO throughline_auth USING (true);
GRANT SELECT (id, workspace_id, client_id, name) ON agent TO throughline_auth;
-- Which runs are the server's own to give out (domain::runs::claim_due).
GRANT SELECT (backend) ON agent TO throughline_jobs;

-- What backends report that a run has used (domain::costs). Nothing of it is a client's to see.
CREATE TABLE spend (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    -- Names the report within its run: the same again replaces it.
    key text NOT NULL CONSTRAINT spend_key CHECK (length(key) BETWEEN 1 AND 200),
    model text NOT NULL CONSTRAINT spend_model CHECK (length(model) <= 200),
    input_tokens bigint NOT NULL CONSTRAINT spend_input CHECK (input_tokens >= 0),
    -- Of the input, those that were read from a cache.
    cached_tokens bigint NOT NULL CONSTRAINT spend_cached CHECK (cached_tokens BETWEEN 0 AND input_tokens),
    output_tokens bigint NOT NULL CONSTRAINT spend_output CHECK (output_tokens >= 0),
    -- Millionths of a US dollar; null: nobody knows the price.
    micros bigint CONSTRAINT spend_micros CHECK (micros >= 0),
    at timestamptz NOT NULL,
    PRIMARY KEY (run_id, key),
    FOREIGN KEY (workspace_id, client_id, request_id, run_id)
        REFERENCES run (workspace_id, client_id, request_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE INDEX spend_of_workspace ON spend (workspace_id, at);
CREATE INDEX spend_of_client ON spend (workspace_id, client_id, at);
CREATE INDEX spend_of_agent ON spend (workspace_id, agent_id, at);
ALTER TABLE spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE spend FORCE ROW LEVEL SECURITY;
CREATE POLICY spend_app ON spend TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE ON spend TO throughline_app;
