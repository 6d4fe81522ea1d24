-- Workspaces, people and how they sign in.

CREATE TABLE workspace (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT workspace_name_length CHECK (length(name) BETWEEN 1 AND 80),
    -- The host name under which its pages are served; the one without a host answers for every other name.
    host text CONSTRAINT workspace_host_unique UNIQUE,
    tagline text NOT NULL DEFAULT '',
    promise text NOT NULL DEFAULT '',
    zone text NOT NULL DEFAULT 'UTC',
    currency text NOT NULL DEFAULT 'USD',
    calendar jsonb NOT NULL DEFAULT '{}',
    -- Own accent as #rrggbb, light and dark; contrast is checked when it is set.
    line_light text,
    line_dark text,
    terms text NOT NULL DEFAULT '',
    sender text NOT NULL DEFAULT '',
    bill_from text NOT NULL DEFAULT '',
    next_invoice_number bigint NOT NULL DEFAULT 1,
    desk_stream uuid NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE person (
    id uuid PRIMARY KEY,
    email text NOT NULL CONSTRAINT person_email_unique UNIQUE CONSTRAINT person_email_lower CHECK (email = lower(email)),
    name text NOT NULL,
    password_hash text,
    created_at timestamptz NOT NULL
);

CREATE TABLE client (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    name text NOT NULL CONSTRAINT client_name_length CHECK (length(name) BETWEEN 1 AND 120),
    vertical text NOT NULL DEFAULT '',
    -- The questions as they were asked, with the answers: [{"label", "kind", "answer"}].
    intake jsonb NOT NULL DEFAULT '[]',
    bill_to text NOT NULL DEFAULT '',
    next_request_number bigint NOT NULL DEFAULT 1,
    board_stream uuid NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT client_in_workspace UNIQUE (workspace_id, id)
);

CREATE TABLE membership (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    client_id uuid,
    person_id uuid NOT NULL REFERENCES person,
    role text NOT NULL CONSTRAINT membership_role CHECK (role IN ('operator', 'owner', 'member', 'billing')),
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    CONSTRAINT membership_operator_has_no_client CHECK ((role = 'operator') = (client_id IS NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE UNIQUE INDEX membership_once ON membership
    (person_id, workspace_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000')) WHERE removed_at IS NULL;
CREATE INDEX membership_of_client ON membership (workspace_id, client_id);

-- A browser that is signed in (or holds a form token). The key is the hash of what the cookie carries.
CREATE TABLE sign_in (
    key bytea PRIMARY KEY,
    person_id uuid REFERENCES person,
    data jsonb NOT NULL,
    agent text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_of_person ON sign_in (person_id);
CREATE INDEX sign_in_expiry ON sign_in (expires_at);

CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    client_id uuid,
    email text NOT NULL,
    role text NOT NULL CONSTRAINT invitation_role CHECK (role IN ('operator', 'owner', 'member', 'billing')),
    token_hash bytea NOT NULL CONSTRAINT invitation_token_unique UNIQUE,
    invited_by uuid REFERENCES person,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT invitation_operator_has_no_client CHECK ((role = 'operator') = (client_id IS NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX invitation_of_client ON invitation (workspace_id, client_id);

CREATE TABLE password_reset (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

-- Fixed windows, counted in the database so that a restart forgives nobody.
CREATE TABLE rate_limit (
    key text NOT NULL,
    window_start timestamptz NOT NULL,
    hits integer NOT NULL DEFAULT 1,
    PRIMARY KEY (key, window_start)
);

-- The install's own secrets and marks (the key of form tokens, the set-up code). Never tenant data.
CREATE TABLE install (
    key text PRIMARY KEY,
    value text NOT NULL
);

ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
ALTER TABLE client ENABLE ROW LEVEL SECURITY;
ALTER TABLE client FORCE ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership FORCE ROW LEVEL SECURITY;
ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
ALTER TABLE sign_in ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in FORCE ROW LEVEL SECURITY;
ALTER TABLE password_reset ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_reset FORCE ROW LEVEL SECURITY;

CREATE POLICY workspace_app ON workspace TO throughline_app USING (id = scope_workspace()) WITH CHECK (id = scope_workspace());
CREATE POLICY workspace_auth ON workspace TO throughline_auth USING (true) WITH CHECK (true);
CREATE POLICY workspace_jobs ON workspace FOR SELECT TO throughline_jobs USING (true);
CREATE POLICY client_app ON client TO throughline_app USING (scope_admits(workspace_id, id));
CREATE POLICY client_jobs ON client FOR SELECT TO throughline_jobs USING (true);
-- A client sees its own people and the workspace's operators, who answer it by name.
CREATE POLICY membership_app ON membership TO throughline_app
    USING (workspace_id = scope_workspace() AND (scope_wide() OR client_id IS NULL OR client_id = scope_client()))
    WITH CHECK (scope_admits(workspace_id, client_id));
CREATE POLICY membership_auth ON membership TO throughline_auth USING (true) WITH CHECK (true);
CREATE POLICY client_auth ON client FOR SELECT TO throughline_auth USING (true);
CREATE POLICY invitation_app ON invitation TO throughline_app USING (scope_admits(workspace_id, client_id));
CREATE POLICY invitation_auth ON invitation TO throughline_auth USING (true) WITH CHECK (true);
CREATE POLICY person_app ON person FOR SELECT TO throughline_app
    USING (EXISTS (SELECT 1 FROM membership WHERE membership.person_id = person.id));
CREATE POLICY person_auth ON person TO throughline_auth USING (true) WITH CHECK (true);
CREATE POLICY sign_in_auth ON sign_in TO throughline_auth USING (true) WITH CHECK (true);
CREATE POLICY password_reset_auth ON password_reset TO throughline_auth USING (true) WITH CHECK (true);

GRANT SELECT, UPDATE ON workspace TO throughline_app;
GRANT SELECT, INSERT, UPDATE ON workspace TO throughline_auth;
GRANT SELECT, INSERT, UPDATE ON client, membership, invitation TO throughline_app;
GRANT SELECT ON person TO throughline_app;
GRANT SELECT ON client TO throughline_auth;
GRANT SELECT, INSERT, UPDATE ON membership TO throughline_auth;
GRANT SELECT, UPDATE ON invitation TO throughline_auth;
GRANT SELECT, INSERT, UPDATE ON person, password_reset TO throughline_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in, rate_limit TO throughline_auth;
GRANT SELECT, INSERT, UPDATE ON install TO throughline_auth;
GRANT SELECT ON workspace, client TO throughline_jobs;
