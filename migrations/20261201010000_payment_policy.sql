-- What a workspace does with money that is too much, and how it chases what is not paid (domain::payments::ChasingPlan).
ALTER TABLE workspace
    ADD COLUMN excess_by_card text NOT NULL DEFAULT 'refund'
        CONSTRAINT workspace_excess_by_card CHECK (excess_by_card IN ('refund', 'balance')),
    ADD COLUMN excess_by_bank text NOT NULL DEFAULT 'balance'
        CONSTRAINT workspace_excess_by_bank CHECK (excess_by_bank IN ('refund', 'balance')),
    -- Null: the plan that everybody begins with.
    ADD COLUMN chasing jsonb;

-- How much of a payment its invoice took. What is more went back, or to the client's balance.
ALTER TABLE payment
    ADD COLUMN applied_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT payment_applied CHECK (applied_minor BETWEEN 0 AND amount_minor),
    -- Money that fits nothing here and waits for an operator: in another currency than its invoice, for example.
    ADD COLUMN aside text NOT NULL DEFAULT '' CONSTRAINT payment_aside CHECK (aside IN ('', 'currency'));

-- Which payment a client's balance has money from.
ALTER TABLE balance_entry
    ADD COLUMN payment_id uuid,
    ADD FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment (workspace_id, client_id, id);

-- How many secrets of webhooks are sealed with the account's key, so that pages say so without opening it.
ALTER TABLE payment_account ADD COLUMN webhook_secrets smallint NOT NULL DEFAULT 0;

-- Work stands still since then, until what is overdue is paid. The period goes on.
ALTER TABLE subscription ADD COLUMN held_at timestamptz;

-- What the plan did about an invoice: each step once.
CREATE TABLE payment_chase (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL REFERENCES invoice,
    -- 'declined-1', 'remind-2', 'hold', 'end' …
    step text NOT NULL,
    done_at timestamptz NOT NULL,
    PRIMARY KEY (invoice_id, step),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
ALTER TABLE payment_chase ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_chase FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_chase_app ON payment_chase TO throughline_app USING (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON payment_chase TO throughline_app;
CREATE POLICY payment_chase_erasing ON payment_chase AS RESTRICTIVE FOR DELETE TO throughline_app
    USING (client_erasing(workspace_id, client_id));

-- Nobody begins to work while work stands still.
CREATE OR REPLACE FUNCTION run_hold_entitlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM subscription
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id AND state = 'active' AND held_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active subscription to work under'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_needs_subscription';
    END IF;
    RETURN NEW;
END $$;

-- Whether another try with the same card may go through, after a decline.
ALTER TABLE payment_attempt ADD COLUMN may_retry boolean NOT NULL DEFAULT true;
