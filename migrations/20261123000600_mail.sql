-- Mail waits here until it is sent: written in the transaction of what it tells about.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    workspace_id uuid REFERENCES workspace,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CONSTRAINT mail_state CHECK (state IN ('queued', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL,
    last_error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX mail_due ON mail (not_before) WHERE state = 'queued';
CREATE INDEX mail_newest ON mail (created_at DESC);
ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail FORCE ROW LEVEL SECURITY;
-- The product writes mail and never reads it back: bodies hold links that let people in.
CREATE POLICY mail_write ON mail FOR INSERT TO throughline_app WITH CHECK (workspace_id = scope_workspace());
CREATE POLICY mail_write_auth ON mail FOR INSERT TO throughline_auth WITH CHECK (true);
CREATE POLICY mail_jobs ON mail TO throughline_jobs USING (true) WITH CHECK (true);
GRANT INSERT ON mail TO throughline_app, throughline_auth;
GRANT SELECT, UPDATE, DELETE ON mail TO throughline_jobs;
