-- How money comes in and goes back (domain::payments). An invoice is billing's; here is who paid it, with what, when, and each try.
-- A payment provider (Stripe) moves the money; bank transfers are noted by hand.

-- The workspace's account at a payment provider. Its secrets are under the master key, as an agent's are (domain::sealed).
CREATE TABLE payment_account (
    workspace_id uuid PRIMARY KEY REFERENCES workspace,
    provider text NOT NULL CONSTRAINT payment_account_provider CHECK (provider IN ('stripe')),
    -- The account's name at the provider, for the desk.
    name text NOT NULL DEFAULT '',
    is_live boolean NOT NULL,
    -- Rights that the key was found to lack.
    lacks text[] NOT NULL DEFAULT '{}',
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    -- The API key and the secrets of webhooks, as JSON: while a secret is rotated two of them are valid.
    sealed bytea NOT NULL,
    connected_at timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    -- The provider stopped taking the key at that time; null while it does.
    revoked_at timestamptz,
    -- Events up to this time were read by the job.
    events_read_to timestamptz NOT NULL
);

-- A client as the provider knows it.
CREATE TABLE payment_customer (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    reference text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, client_id),
    CONSTRAINT payment_customer_reference UNIQUE (workspace_id, reference),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);

-- A card on file. The newest one that was not removed is charged.
CREATE TABLE payment_card (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    reference text NOT NULL,
    brand text NOT NULL,
    last4 text NOT NULL,
    exp_month smallint NOT NULL CONSTRAINT payment_card_month CHECK (exp_month BETWEEN 1 AND 12),
    exp_year smallint NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    -- That it is about to expire was said at that time.
    expiry_told_at timestamptz,
    CONSTRAINT payment_card_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT payment_card_reference UNIQUE (workspace_id, reference),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE UNIQUE INDEX payment_card_one_on_file ON payment_card (workspace_id, client_id) WHERE removed_at IS NULL;

-- A try to have an invoice paid through the provider. Its id is the key of the call, stored before the call is made.
CREATE TABLE payment_attempt (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL REFERENCES invoice,
    -- 'checkout': on the provider's page; 'card_on_file': without the person, or by them with the card that is kept.
    kind text NOT NULL CONSTRAINT payment_attempt_kind CHECK (kind IN ('checkout', 'card_on_file')),
    card_id uuid,
    amount_minor bigint NOT NULL CONSTRAINT payment_attempt_amount CHECK (amount_minor > 0),
    currency text NOT NULL,
    state text NOT NULL CONSTRAINT payment_attempt_state CHECK (state IN ('open', 'processing', 'needs_person', 'succeeded', 'declined', 'canceled')),
    -- The page to pay on, where there is one, and the charge.
    checkout_reference text,
    charge_reference text,
    url text,
    decline_code text,
    -- By the chasing plan, and not by a person.
    is_automatic boolean NOT NULL DEFAULT false,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    expires_at timestamptz,
    -- Whoever makes the call holds it until then; a call that was cut off is made again afterwards, with the same key.
    lease_until timestamptz,
    CONSTRAINT payment_attempt_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT payment_attempt_checkout UNIQUE (workspace_id, checkout_reference),
    CONSTRAINT payment_attempt_charge UNIQUE (workspace_id, charge_reference),
    CONSTRAINT payment_attempt_ended CHECK ((state IN ('succeeded', 'declined', 'canceled')) = (ended_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id, card_id) REFERENCES payment_card (workspace_id, client_id, id)
);
CREATE INDEX payment_attempt_of_invoice ON payment_attempt (invoice_id, begun_at DESC);
CREATE INDEX payment_attempt_unsettled ON payment_attempt (workspace_id, lease_until) WHERE ended_at IS NULL;

-- Money that came in for an invoice.
CREATE TABLE payment (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    -- What it was paid for; null where nothing here is known of it.
    invoice_id uuid REFERENCES invoice,
    attempt_id uuid,
    -- 'card' through the provider, 'bank' noted by an operator, 'balance' from the client's credit.
    method text NOT NULL CONSTRAINT payment_method CHECK (method IN ('card', 'bank', 'balance')),
    -- The charge at the provider, or the bank's words for it.
    reference text NOT NULL DEFAULT '',
    amount_minor bigint NOT NULL CONSTRAINT payment_amount CHECK (amount_minor > 0),
    currency text NOT NULL,
    -- What the provider kept.
    fee_minor bigint,
    card text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL,
    -- Marked by mistake and taken back.
    withdrawn_at timestamptz,
    CONSTRAINT payment_in_client UNIQUE (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id, attempt_id) REFERENCES payment_attempt (workspace_id, client_id, id)
);
CREATE UNIQUE INDEX payment_once_a_charge ON payment (workspace_id, reference) WHERE method = 'card';
CREATE INDEX payment_of_invoice ON payment (invoice_id);
CREATE INDEX payment_of_workspace ON payment (workspace_id, received_at DESC);

-- Money that went back.
CREATE TABLE payment_refund (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT payment_refund_amount CHECK (amount_minor > 0),
    reason text NOT NULL DEFAULT '',
    -- Null until the provider took it.
    reference text,
    state text NOT NULL CONSTRAINT payment_refund_state CHECK (state IN ('open', 'pending', 'succeeded', 'failed')),
    asked_at timestamptz NOT NULL,
    ended_at timestamptz,
    lease_until timestamptz,
    CONSTRAINT payment_refund_reference UNIQUE (workspace_id, reference),
    FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment (workspace_id, client_id, id)
);
CREATE INDEX payment_refund_of_payment ON payment_refund (payment_id);

-- Charges that their payers contest at the bank.
CREATE TABLE payment_dispute (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    reference text NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CONSTRAINT payment_dispute_state CHECK (state IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost')),
    due_at timestamptz,
    opened_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT payment_dispute_reference UNIQUE (workspace_id, reference),
    FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment (workspace_id, client_id, id)
);

-- What the provider said that happened: each once, stored in the transaction that acts on it.
CREATE TABLE payment_fact (
    workspace_id uuid NOT NULL REFERENCES workspace,
    -- The provider's id of the event.
    id text NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- The client it concerned; null where nothing here is known of it.
    client_id uuid,
    -- What came of it, for the desk.
    outcome text NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id)
);

-- The way to an invoice's page to pay on, from its mail, without a sign-in. The link's secret is kept as its hash.
CREATE TABLE payment_link (
    hash bytea PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL REFERENCES invoice,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX payment_link_of_invoice ON payment_link (invoice_id);

-- Money of a client's that waits for its next invoice: above zero came in, below zero was used. The sum is the balance.
CREATE TABLE balance_entry (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT balance_entry_amount CHECK (amount_minor <> 0),
    currency text NOT NULL,
    -- Where it comes from or goes to.
    reason text NOT NULL CONSTRAINT balance_entry_reason CHECK (reason IN ('plan_change', 'overpaid', 'credit_note', 'gift', 'invoice', 'refund', 'correction')),
    -- The invoice that it came from or paid.
    invoice_id uuid REFERENCES invoice,
    note text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL,
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX balance_entry_of_client ON balance_entry (workspace_id, client_id, made_at);

DO $$
DECLARE tenants text;
BEGIN
    FOREACH tenants IN ARRAY ARRAY[
        'payment_customer', 'payment_card', 'payment_attempt', 'payment', 'payment_refund', 'payment_dispute', 'payment_link',
        'balance_entry'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenants);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenants);
        EXECUTE format('CREATE POLICY %I ON %I TO throughline_app USING (scope_admits(workspace_id, client_id))',
            tenants || '_app', tenants);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO throughline_app', tenants);
        EXECUTE format('CREATE POLICY %I ON %I AS RESTRICTIVE FOR DELETE TO throughline_app
            USING (client_erasing(workspace_id, client_id))', tenants || '_erasing', tenants);
    END LOOP;
END $$;

-- The account and what its provider says are the operators' and the server's own.
ALTER TABLE payment_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_account FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_account_app ON payment_account TO throughline_app
    USING (scope_admits(workspace_id, NULL::uuid) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_account TO throughline_app;
ALTER TABLE payment_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_fact_app ON payment_fact TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_fact TO throughline_app;

-- Jobs find what is due, across workspaces.
CREATE POLICY payment_account_jobs ON payment_account FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (workspace_id, key_id, revoked_at, events_read_to) ON payment_account TO throughline_jobs;
CREATE POLICY payment_attempt_jobs ON payment_attempt FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, invoice_id, state, kind, begun_at, ended_at, expires_at, lease_until) ON payment_attempt TO throughline_jobs;
CREATE POLICY payment_refund_jobs ON payment_refund FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, state, lease_until) ON payment_refund TO throughline_jobs;
CREATE POLICY payment_card_jobs ON payment_card FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, exp_month, exp_year, removed_at, expiry_told_at) ON payment_card TO throughline_jobs;
CREATE POLICY invoice_jobs ON invoice FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, state, due_at) ON invoice TO throughline_jobs;
-- Whoever opens a link has no scope yet.
CREATE POLICY payment_link_auth ON payment_link FOR SELECT TO throughline_auth USING (true);
GRANT SELECT ON payment_link TO throughline_auth;
