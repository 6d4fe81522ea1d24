-- Tax on what is billed (domain::tax): the rates that the operator keeps, and what an invoice charged by them.

CREATE TABLE tax_rate (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    country text NOT NULL CONSTRAINT tax_rate_country CHECK (country ~ '^[A-Z]{2}$'),
    -- A state or province; empty for the whole country.
    region text NOT NULL DEFAULT '',
    kind text NOT NULL CONSTRAINT tax_rate_kind CHECK (kind IN ('standard', 'reduced', 'zero')),
    -- What invoices call it.
    name text NOT NULL,
    -- Thousandths of a per cent: 8.875% is 8875.
    rate integer NOT NULL CONSTRAINT tax_rate_rate CHECK (rate BETWEEN 0 AND 100000)
);
CREATE UNIQUE INDEX tax_rate_once ON tax_rate (workspace_id, country, lower(region), kind);
ALTER TABLE tax_rate ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_rate FORCE ROW LEVEL SECURITY;
-- Rates are no secret; who keeps them is the workspace.
CREATE POLICY tax_rate_read ON tax_rate FOR SELECT TO throughline_app USING (workspace_id = scope_workspace());
CREATE POLICY tax_rate_app ON tax_rate TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
GRANT SELECT, INSERT, UPDATE, DELETE ON tax_rate TO throughline_app;

-- Prices with or without tax, small business, the words on invoices; null before anything was said.
ALTER TABLE workspace ADD tax jsonb;
-- Who looked the client's tax number up in a register by hand, when, and which number that was.
ALTER TABLE client ADD tax_checked jsonb;
-- What an invoice charges: its lines' rates and the sums by rate; null where nothing was said of tax. total_minor stays what is
-- to be paid, net_minor is it without tax.
ALTER TABLE invoice ADD tax jsonb, ADD net_minor bigint;
ALTER TABLE credit_note ADD tax jsonb, ADD net_minor bigint;
