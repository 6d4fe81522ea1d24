-- What a program proposed and a person decides (domain::proposals).
CREATE TABLE proposal (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    -- The client that it concerns; null: the workspace.
    client_id uuid,
    -- The verb, and the whole of what is to be done.
    what text NOT NULL,
    action jsonb NOT NULL,
    -- What it would do, in one sentence, as things stood then.
    words text NOT NULL,
    -- Why, in the program's words.
    reason text NOT NULL CONSTRAINT proposal_reason_length CHECK (length(reason) <= 2000),
    proposed_by text NOT NULL,
    token_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open' CONSTRAINT proposal_state CHECK (state IN ('open', 'done', 'declined', 'failed')),
    -- Why it could not be done.
    failure text NOT NULL DEFAULT '',
    answered_by uuid REFERENCES person,
    answered_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT proposal_answered CHECK ((state = 'open') = (answered_at IS NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, token_id) REFERENCES token (workspace_id, id)
);
CREATE INDEX proposal_open ON proposal (workspace_id, created_at) WHERE state = 'open';
ALTER TABLE proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY proposal_app ON proposal TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE ON proposal TO throughline_app;
