-- What the rules of a subscription's periods need to know (domain::billing).

-- The day of the month on which a period ends, so that one that began on the 31st ends on the 31st again after February.
ALTER TABLE subscription ADD COLUMN anchor_day smallint NOT NULL DEFAULT 1
    CONSTRAINT subscription_anchor_day CHECK (anchor_day BETWEEN 1 AND 31);
-- Asked to end with the period that is paid for: it is worked under until then and not renewed.
ALTER TABLE subscription ADD COLUMN ends_with_period boolean NOT NULL DEFAULT false;
-- domain::billing::renew_due looks for periods that are over, in every workspace.
CREATE INDEX subscription_due ON subscription (period_end) WHERE state = 'active';

-- Who billed, as it stood when the invoice was issued: a later move of the office leaves it alone.
ALTER TABLE invoice ADD COLUMN bill_from text NOT NULL DEFAULT '';
CREATE INDEX invoice_newest ON invoice (workspace_id, created_at DESC);

-- The ledger of banked days: each pause, what it kept, and when it was given back.
CREATE TABLE subscription_pause (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    banked_seconds bigint NOT NULL CONSTRAINT subscription_pause_banked CHECK (banked_seconds >= 0),
    CONSTRAINT subscription_pause_pkey PRIMARY KEY (workspace_id, client_id, subscription_id, from_at),
    CONSTRAINT subscription_pause_forward CHECK (to_at >= from_at),
    FOREIGN KEY (workspace_id, client_id, subscription_id) REFERENCES subscription (workspace_id, client_id, id)
);
CREATE UNIQUE INDEX subscription_pause_one_open ON subscription_pause (subscription_id) WHERE to_at IS NULL;
ALTER TABLE subscription_pause ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscription_pause FORCE ROW LEVEL SECURITY;
CREATE POLICY subscription_pause_app ON subscription_pause TO throughline_app USING (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE ON subscription_pause TO throughline_app;
