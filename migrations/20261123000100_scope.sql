-- Who may see a row is settled by three settings that the code makes at the start of each transaction
-- (domain::Db): app.workspace_id, app.client_id ('*' for the whole workspace) and app.backstage ('on' for
-- operators, agents and the server's own work). Without them every policy is false: no scope, no rows.

-- The product's role owns nothing, so that row-level security binds it.
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['throughline_app', 'throughline_auth', 'throughline_jobs', 'throughline_sessions'] LOOP
        -- Roles belong to the cluster, not to the database: several databases of one cluster share them.
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        -- A superuser may take any role; an ordinary owner has to be a member.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
    END LOOP;
END $$;

CREATE FUNCTION scope_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.workspace_id', true), '')::uuid $$;

CREATE FUNCTION scope_wide() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('app.client_id', true), '') = '*' $$;

CREATE FUNCTION scope_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(nullif(current_setting('app.client_id', true), ''), '*')::uuid $$;

CREATE FUNCTION scope_backstage() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('app.backstage', true), '') = 'on' $$;

-- The whole rule for a row of one client, for use in policies.
CREATE FUNCTION scope_admits(workspace uuid, client uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT workspace = nullif(current_setting('app.workspace_id', true), '')::uuid
      AND (current_setting('app.client_id', true) = '*'
           OR client = nullif(nullif(current_setting('app.client_id', true), ''), '*')::uuid) $$;
