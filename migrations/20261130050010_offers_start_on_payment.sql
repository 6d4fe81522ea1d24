-- Work that nobody has paid for is the exception now, and has a limit (domain::billing::commands::newcomers).
ALTER TABLE offer ALTER COLUMN starts SET DEFAULT 'on_payment';

-- Where a stranger signed up from, as a network (/64 in IPv6): newcomers who have not paid are counted by it.
ALTER TABLE subscription ADD COLUMN network text;
CREATE INDEX subscription_of_network ON subscription (workspace_id, network, created_at) WHERE network IS NOT NULL;
-- A limit that goes with the first payment: what work for a newcomer may cost until then.
ALTER TABLE cost_limit ADD COLUMN until_paid boolean NOT NULL DEFAULT false;
