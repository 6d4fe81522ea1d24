-- Credit notes (domain::billing::CreditNote): they take back an invoice that was paid, or give what was never billed.
-- Numbers of their own, without gaps, from the workspace's second counter.
ALTER TABLE workspace ADD COLUMN next_credit_number bigint NOT NULL DEFAULT 1;
CREATE TABLE credit_note (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    -- The invoice that it takes back; null for one of its own.
    invoice_id uuid REFERENCES invoice,
    number bigint NOT NULL,
    currency text NOT NULL,
    -- What is given back, above zero.
    lines jsonb NOT NULL,
    total_minor bigint NOT NULL CONSTRAINT credit_note_total CHECK (total_minor > 0),
    bill_from text NOT NULL,
    bill_to text NOT NULL,
    note text NOT NULL DEFAULT '',
    issued_at timestamptz NOT NULL,
    -- When the money went back.
    settled_at timestamptz,
    CONSTRAINT credit_note_number_unique UNIQUE (workspace_id, number),
    CONSTRAINT credit_note_once UNIQUE (invoice_id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
CREATE INDEX credit_note_of_client ON credit_note (workspace_id, client_id, issued_at DESC);
ALTER TABLE credit_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_note FORCE ROW LEVEL SECURITY;
CREATE POLICY credit_note_app ON credit_note TO throughline_app USING (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE ON credit_note TO throughline_app;
