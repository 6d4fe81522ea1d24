-- Nothing is worked on for a subscription that is not active (domain::billing::Entitlement), whatever path asked for it.

-- A pause that was asked for while somebody worked: it begins when the work in hand ends, and nothing new is taken up
-- until then (domain::billing::commands::pause).
ALTER TABLE subscription ADD COLUMN pause_wanted_at timestamptz;
CREATE INDEX subscription_pausing ON subscription (pause_wanted_at) WHERE pause_wanted_at IS NOT NULL;
CREATE INDEX run_working ON run (workspace_id, client_id) WHERE state = 'working';

-- The last word: a run that is taken up, or goes on after an answer, holds the subscription's row against a pause, and
-- is refused where the subscription is not active. Whoever claims holds that row first, so that nobody waits in a circle.
CREATE FUNCTION run_hold_entitlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM subscription
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id AND state = 'active' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active subscription to work under'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_needs_subscription';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_entitlement BEFORE UPDATE OF state ON run FOR EACH ROW
    WHEN (NEW.state = 'working' AND OLD.state <> 'working') EXECUTE FUNCTION run_hold_entitlement();

-- One arrow more: what is answered while nothing may be worked on goes back to the queue, with its answer.
CREATE OR REPLACE FUNCTION run_hold_arrows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN RETURN NEW; END IF;
    IF (OLD.state, NEW.state) IN (
        ('queued', 'working'), ('queued', 'cancelled'),
        ('working', 'suspended'), ('suspended', 'working'),
        ('working', 'queued'), ('suspended', 'queued'), ('suspended', 'cancelled'),
        ('working', 'completed'), ('working', 'cancelled'), ('working', 'failed')
    ) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a run does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'run_arrows';
END $$;
