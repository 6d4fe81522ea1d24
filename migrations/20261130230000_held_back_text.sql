-- What is held back of texts that a program writes bit by bit, because it could be the beginning of a secret: sealed, one
-- object for each attempt (domain::runs::held_back). It stood in run.kept, which is the backends' own.
ALTER TABLE run ADD COLUMN held_back jsonb;

-- An older version knows the old place alone. While one may run beside a newer one, each finds what the other wrote last; what
-- a backend keeps is left alone. It goes, with the old place's share, once no older version runs.
CREATE FUNCTION run_share_held_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parts constant text[] := ARRAY['attempt', 'session', 'backstage'];
BEGIN
    IF NEW.held_back IS DISTINCT FROM OLD.held_back THEN
        IF NEW.kept IS NULL OR NEW.kept ?& parts THEN
            NEW.kept := NEW.held_back;
        END IF;
    ELSIF NEW.kept IS DISTINCT FROM OLD.kept AND NEW.kept ?& parts THEN
        NEW.held_back := NEW.kept;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_held_back BEFORE UPDATE OF kept, held_back ON run FOR EACH ROW
    EXECUTE FUNCTION run_share_held_back();
