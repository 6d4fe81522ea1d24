-- Sign-up lets a stranger in at once without telling whether an address is known (domain::accounts::sign_up): an
-- address belongs to the one person who has shown that they read its mail, and others may claim it meanwhile.
ALTER TABLE person DROP CONSTRAINT person_email_unique;
ALTER TABLE person ADD COLUMN confirmed boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX person_email_unique ON person (email) WHERE confirmed;
-- Signing in looks for the newest claim.
CREATE INDEX person_claim ON person (email, created_at DESC) WHERE NOT confirmed;

-- A sign-up form that was sent: a double click finds the account that the first one made.
CREATE TABLE sign_up (
    form_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
    created_at timestamptz NOT NULL
);
CREATE INDEX sign_up_age ON sign_up (created_at);
ALTER TABLE sign_up ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_up FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_up_auth ON sign_up TO throughline_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON sign_up TO throughline_auth;

-- The link by which a person shows that an address is theirs.
CREATE TABLE confirmation (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX confirmation_of_person ON confirmation (person_id);
ALTER TABLE confirmation ENABLE ROW LEVEL SECURITY;
ALTER TABLE confirmation FORCE ROW LEVEL SECURITY;
CREATE POLICY confirmation_auth ON confirmation TO throughline_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON confirmation TO throughline_auth;

-- A new password ends the older links of its person; what has run out is cleared away.
CREATE INDEX password_reset_of_person ON password_reset (person_id);
GRANT DELETE ON password_reset TO throughline_auth;
CREATE INDEX rate_limit_age ON rate_limit (window_start);
-- Tokens of invitations are looked up, counted and listed by address.
CREATE INDEX invitation_open ON invitation (workspace_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;
