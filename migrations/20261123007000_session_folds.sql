-- What a session says up to an offset, folded: the events before it may be dropped from the log. One row a session;
-- it is read where the log says that its beginning is gone, and written by the server's own work.
CREATE TABLE session_fold (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    -- Every event before it is in the fold, none behind it.
    next_offset bigint NOT NULL CONSTRAINT session_fold_offset CHECK (next_offset > 0),
    -- How the fold is written: a later one still reads the earlier ones.
    version integer NOT NULL,
    -- Text and not jsonb, which does not hold every text that an event may hold.
    fold text NOT NULL,
    folded_at timestamptz NOT NULL,
    CONSTRAINT session_fold_pkey PRIMARY KEY (workspace_id, stream_id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, stream_id) REFERENCES stream (workspace_id, id) ON DELETE CASCADE
);
ALTER TABLE session_fold ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_fold FORCE ROW LEVEL SECURITY;

CREATE POLICY session_fold_scope ON session_fold TO throughline_app
    USING (scope_admits(workspace_id, client_id)) WITH CHECK (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT, UPDATE (next_offset, version, fold, folded_at) ON session_fold TO throughline_app;

-- Which sessions are old enough is looked for across workspaces. What they say is not the job's to read.
CREATE POLICY request_jobs ON request FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, session_stream, created_at) ON request TO throughline_jobs;
CREATE POLICY stream_jobs ON stream FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (workspace_id, id, next_offset, earliest_offset) ON stream TO throughline_jobs;
