-- What else an offer says of its price (domain::offers::PricingOptions): a first price, a setup fee, a trial, a price for a year.
-- Null: nothing of that.
ALTER TABLE offer ADD COLUMN pricing jsonb;

ALTER TABLE subscription
    -- The same as it was sold.
    ADD COLUMN pricing jsonb,
    -- How many periods are still billed at the first price.
    ADD COLUMN first_periods_left smallint NOT NULL DEFAULT 0
        CONSTRAINT subscription_first_periods CHECK (first_periods_left >= 0),
    -- The setup fee stands on the next invoice.
    ADD COLUMN setup_fee_due boolean NOT NULL DEFAULT false,
    -- The trial that it begins with, in days; null without one, and once it has begun.
    ADD COLUMN trial_days smallint CONSTRAINT subscription_trial CHECK (trial_days BETWEEN 1 AND 365),
    -- It begins when a card is on file.
    ADD COLUMN needs_card boolean NOT NULL DEFAULT false,
    -- When the trial ends, or ended.
    ADD COLUMN trial_ends_at timestamptz,
    -- What is taken off (domain::billing::Discount), as the code said when it was used.
    ADD COLUMN discount jsonb,
    -- Whether an invoice pays the present period; null for one that began before this was noted, which has one if it has a price.
    ADD COLUMN period_billed boolean;

-- How much of an invoice pays its period, before tax and without a setup fee. Null: all of it.
ALTER TABLE invoice ADD COLUMN period_minor bigint;

-- Codes that take something off.
CREATE TABLE discount_code (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    code text NOT NULL CONSTRAINT discount_code_word CHECK (code ~ '^[A-Z0-9-]{3,40}$'),
    -- One of the two.
    percent smallint CONSTRAINT discount_code_percent CHECK (percent BETWEEN 1 AND 100),
    amount_minor bigint CONSTRAINT discount_code_amount CHECK (amount_minor > 0),
    -- The amount's.
    currency text NOT NULL,
    -- For how many periods; null for good.
    periods smallint CONSTRAINT discount_code_periods CHECK (periods BETWEEN 1 AND 120),
    -- Not taken any more from then on.
    ends_at timestamptz,
    most_uses integer CONSTRAINT discount_code_most CHECK (most_uses > 0),
    uses integer NOT NULL DEFAULT 0 CONSTRAINT discount_code_uses CHECK (uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)),
    created_at timestamptz NOT NULL,
    -- Taken back by an operator.
    ended_at timestamptz,
    CONSTRAINT discount_code_once UNIQUE (workspace_id, code),
    CONSTRAINT discount_code_kind CHECK ((percent IS NULL) <> (amount_minor IS NULL))
);
ALTER TABLE discount_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE discount_code FORCE ROW LEVEL SECURITY;
CREATE POLICY discount_code_app ON discount_code TO throughline_app
    USING (scope_admits(workspace_id, NULL::uuid) AND scope_backstage());
GRANT SELECT, INSERT, UPDATE ON discount_code TO throughline_app;
