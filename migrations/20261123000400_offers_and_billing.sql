-- Offers, what clients hold of them, and what they are billed.

CREATE TABLE offer (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    name text NOT NULL CONSTRAINT offer_name_length CHECK (length(name) BETWEEN 1 AND 80),
    summary text NOT NULL DEFAULT '',
    vertical text NOT NULL DEFAULT '',
    points jsonb NOT NULL DEFAULT '[]',
    price_minor bigint NOT NULL CONSTRAINT offer_price_positive CHECK (price_minor >= 0),
    currency text NOT NULL,
    billing_interval text NOT NULL DEFAULT 'month' CONSTRAINT offer_interval CHECK (billing_interval IN ('month', 'quarter', 'year')),
    active_limit integer NOT NULL CONSTRAINT offer_active_limit CHECK (active_limit BETWEEN 1 AND 20),
    cycle_hours integer NOT NULL CONSTRAINT offer_cycle_hours CHECK (cycle_hours BETWEEN 1 AND 720),
    -- Null: as many as it takes.
    revisions integer CONSTRAINT offer_revisions CHECK (revisions BETWEEN 0 AND 99),
    starts text NOT NULL DEFAULT 'at_once' CONSTRAINT offer_starts CHECK (starts IN ('at_once', 'on_payment')),
    -- [{"key", "label", "hint", "kind": "text|long|choice|choices|yes_no", "options": [], "required"}]
    intake jsonb NOT NULL DEFAULT '[]',
    state text NOT NULL DEFAULT 'draft' CONSTRAINT offer_state CHECK (state IN ('draft', 'published', 'archived')),
    position integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT offer_in_workspace UNIQUE (workspace_id, id)
);

-- Holds the terms as they were sold: a change of the offer leaves it alone.
CREATE TABLE subscription (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    name text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    billing_interval text NOT NULL,
    active_limit integer NOT NULL CONSTRAINT subscription_active_limit CHECK (active_limit >= 1),
    cycle_hours integer NOT NULL,
    revisions integer,
    starts text NOT NULL,
    state text NOT NULL CONSTRAINT subscription_state CHECK (state IN ('awaiting_payment', 'active', 'paused', 'ended')),
    started_at timestamptz,
    period_start timestamptz,
    period_end timestamptz,
    paused_at timestamptz,
    -- Time of the paid period left over when it was paused, given back on resuming.
    banked_seconds bigint NOT NULL DEFAULT 0 CONSTRAINT subscription_banked CHECK (banked_seconds >= 0),
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT subscription_in_client UNIQUE (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, offer_id) REFERENCES offer (workspace_id, id)
);
-- A client holds one living subscription; its active limit is the one that counts.
CREATE UNIQUE INDEX subscription_one_living ON subscription (client_id) WHERE state <> 'ended';
CREATE INDEX subscription_of_workspace ON subscription (workspace_id, state);

CREATE TABLE invoice (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    subscription_id uuid,
    -- Given when it is issued, from the workspace's own counter, in the same transaction: no gaps.
    number bigint,
    state text NOT NULL CONSTRAINT invoice_state CHECK (state IN ('draft', 'issued', 'paid', 'void')),
    currency text NOT NULL,
    lines jsonb NOT NULL,
    total_minor bigint NOT NULL,
    bill_to text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    period_start timestamptz,
    period_end timestamptz,
    created_at timestamptz NOT NULL,
    issued_at timestamptz,
    due_at timestamptz,
    paid_at timestamptz,
    voided_at timestamptz,
    CONSTRAINT invoice_number_unique UNIQUE (workspace_id, number),
    CONSTRAINT invoice_numbered_when_issued CHECK ((state = 'draft') = (number IS NULL)),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX invoice_of_client ON invoice (workspace_id, client_id, created_at DESC);
CREATE INDEX invoice_open ON invoice (workspace_id, due_at) WHERE state = 'issued';
-- One invoice a period, however often the renewal is tried.
CREATE UNIQUE INDEX invoice_once_a_period ON invoice (subscription_id, period_start) WHERE state <> 'void';

ALTER TABLE offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE offer FORCE ROW LEVEL SECURITY;
ALTER TABLE subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
-- Published offers stand on the storefront, for everyone; drafts are the operator's.
CREATE POLICY offer_read ON offer FOR SELECT TO throughline_app
    USING (workspace_id = scope_workspace() AND (scope_wide() OR state = 'published'));
CREATE POLICY offer_write ON offer TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
CREATE POLICY subscription_app ON subscription TO throughline_app USING (scope_admits(workspace_id, client_id));
CREATE POLICY subscription_jobs ON subscription FOR SELECT TO throughline_jobs USING (true);
CREATE POLICY invoice_app ON invoice TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND (scope_wide() OR state <> 'draft'))
    WITH CHECK (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE ON offer, subscription, invoice TO throughline_app;
GRANT SELECT ON subscription TO throughline_jobs;
