-- What `throughline backup` reads with (server/src/backup): a role that sees every row of every table and changes none.
-- Forced row-level security hides all rows from the owner, too, so that a dump by the owner would be empty.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_backup') THEN
        BEGIN
            CREATE ROLE throughline_backup NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    -- An owner who may take it already needs no right to give it away.
    IF NOT pg_has_role(current_user, 'throughline_backup',
        CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT throughline_backup TO %I', current_user);
    END IF;
    GRANT USAGE ON SCHEMA public TO throughline_backup;
END $$;

-- Lets that role read whichever of the owner's tables it cannot read yet. Called here, and again after every run of the
-- migrations (server/src/database), so that no later table can be forgotten.
CREATE FUNCTION backup_admit() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    -- Servers that start together take turns.
    PERFORM pg_advisory_xact_lock(hashtext('throughline backup_admit'));
    FOR found IN
        SELECT c.oid, c.relname, c.relname || '_backup' AS policy, c.relrowsecurity
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_has_role(current_user, c.relowner, 'USAGE')
    LOOP
        IF NOT has_table_privilege('throughline_backup', found.oid, 'SELECT') THEN
            EXECUTE format('GRANT SELECT ON public.%I TO throughline_backup', found.relname);
        END IF;
        IF found.relrowsecurity AND NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = found.oid AND p.polname = found.policy) THEN
            EXECUTE format('CREATE POLICY %I ON public.%I FOR SELECT TO throughline_backup USING (true)',
                found.policy, found.relname);
        END IF;
    END LOOP;
END $$;

SELECT backup_admit();
