-- Requests, their clock, files, agents, runs and what comes of them.

CREATE TABLE agent (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspace,
    -- The client that it works for; null: anyone's.
    client_id uuid,
    name text NOT NULL CONSTRAINT agent_name_length CHECK (length(name) BETWEEN 1 AND 60),
    persona text NOT NULL DEFAULT '',
    backend text NOT NULL DEFAULT 'house' CONSTRAINT agent_backend CHECK (backend IN ('house')),
    state text NOT NULL DEFAULT 'ready' CONSTRAINT agent_state CHECK (state IN ('ready', 'resting')),
    created_at timestamptz NOT NULL,
    CONSTRAINT agent_in_workspace UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);

CREATE TABLE request (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    number bigint NOT NULL,
    title text NOT NULL CONSTRAINT request_title_length CHECK (length(title) BETWEEN 1 AND 160),
    brief text NOT NULL CONSTRAINT request_brief_length CHECK (length(brief) <= 50000),
    priority text NOT NULL DEFAULT 'normal' CONSTRAINT request_priority CHECK (priority IN ('low', 'normal', 'high')),
    board_column text NOT NULL CONSTRAINT request_column
        CHECK (board_column IN ('backlog', 'up_next', 'in_progress', 'waiting', 'review', 'done')),
    -- Order within its column; smaller stands higher.
    position double precision NOT NULL,
    agent_id uuid,
    asked_by uuid NOT NULL REFERENCES person,
    session_stream uuid NOT NULL,
    backstage_stream uuid NOT NULL,
    cycle_hours integer,
    revisions_used integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    started_at timestamptz,
    -- When the clock would run out as things stand; null while it stands still. Kept with each change of the clock.
    due_at timestamptz,
    done_at timestamptz,
    withdrawn_at timestamptz,
    -- What the form said when it was sent: a double click finds the request that the first one made.
    form_key text,
    CONSTRAINT request_number_unique UNIQUE (workspace_id, client_id, number),
    CONSTRAINT request_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT request_form_once UNIQUE (workspace_id, client_id, form_key),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE INDEX request_on_board ON request (workspace_id, client_id, board_column, position) WHERE withdrawn_at IS NULL;
-- The desk's board shows every client's open requests and the last days' done ones.
CREATE INDEX request_open ON request (workspace_id, board_column, position)
    WHERE board_column <> 'done' AND withdrawn_at IS NULL;
CREATE INDEX request_done ON request (workspace_id, done_at DESC) WHERE board_column = 'done';
CREATE INDEX request_due ON request (workspace_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX request_by_session ON request (session_stream);
CREATE INDEX request_by_backstage ON request (backstage_stream);

-- The active limit is the database's rule: whoever makes a request active holds the subscription's row while the
-- others are counted, so that fifty attempts at once pass one after another.
CREATE FUNCTION request_is_active(board_column text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT board_column IN ('in_progress', 'waiting', 'review') $$;

CREATE FUNCTION request_hold_active_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allowed integer; taken integer;
BEGIN
    IF NOT request_is_active(NEW.board_column) OR NEW.withdrawn_at IS NOT NULL THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND request_is_active(OLD.board_column) AND OLD.withdrawn_at IS NULL THEN RETURN NEW; END IF;
    SELECT active_limit INTO allowed FROM subscription
        WHERE client_id = NEW.client_id AND workspace_id = NEW.workspace_id AND state <> 'ended' FOR UPDATE;
    IF allowed IS NULL THEN
        RAISE EXCEPTION 'no subscription to work under' USING ERRCODE = 'check_violation', CONSTRAINT = 'request_needs_subscription';
    END IF;
    SELECT count(*) INTO taken FROM request
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id AND id <> NEW.id
          AND request_is_active(board_column) AND withdrawn_at IS NULL;
    IF taken >= allowed THEN
        RAISE EXCEPTION '% of % places taken', taken, allowed USING ERRCODE = 'check_violation', CONSTRAINT = 'request_active_limit';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER request_active_limit BEFORE INSERT OR UPDATE OF board_column, withdrawn_at ON request
    FOR EACH ROW EXECUTE FUNCTION request_hold_active_limit();

-- The cycle's clock: what it did, when. At most one open span a request.
CREATE TABLE cycle_span (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    kind text NOT NULL CONSTRAINT cycle_span_kind CHECK (kind IN ('running', 'waiting', 'paused')),
    CONSTRAINT cycle_span_forward CHECK (to_at >= from_at),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
CREATE INDEX cycle_span_of_request ON cycle_span (workspace_id, client_id, request_id, from_at);
CREATE UNIQUE INDEX cycle_span_one_open ON cycle_span (request_id) WHERE to_at IS NULL;

CREATE TABLE file (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid,
    name text NOT NULL,
    media_type text NOT NULL,
    label text NOT NULL,
    is_text boolean NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    added_by uuid REFERENCES person,
    created_at timestamptz NOT NULL,
    CONSTRAINT file_in_client UNIQUE (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
CREATE INDEX file_of_request ON file (workspace_id, client_id, request_id);

CREATE TABLE run (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT run_state
        CHECK (state IN ('queued', 'working', 'suspended', 'completed', 'cancelled', 'failed')),
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    lease_holder text,
    lease_until timestamptz,
    not_before timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    -- In a client's words, when it failed.
    failure text,
    CONSTRAINT run_in_request UNIQUE (workspace_id, client_id, request_id, id),
    CONSTRAINT run_lease_while_working CHECK ((state = 'working') = (lease_until IS NOT NULL)),
    CONSTRAINT run_ended CHECK ((state IN ('completed', 'cancelled', 'failed')) = (ended_at IS NOT NULL)),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE INDEX run_of_request ON run (workspace_id, client_id, request_id, queued_at DESC);
CREATE INDEX run_queued ON run (not_before) WHERE state = 'queued';
CREATE INDEX run_leased ON run (lease_until) WHERE state = 'working';
CREATE INDEX run_of_agent ON run (workspace_id, agent_id, queued_at DESC);
CREATE UNIQUE INDEX run_one_living ON run (request_id) WHERE state IN ('queued', 'working', 'suspended');
CREATE INDEX run_failed ON run (workspace_id, ended_at DESC) WHERE state = 'failed';

CREATE FUNCTION run_hold_arrows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN RETURN NEW; END IF;
    IF (OLD.state, NEW.state) IN (
        ('queued', 'working'), ('queued', 'cancelled'),
        ('working', 'suspended'), ('suspended', 'working'),
        ('working', 'queued'), ('suspended', 'cancelled'),
        ('working', 'completed'), ('working', 'cancelled'), ('working', 'failed')
    ) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a run does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'run_arrows';
END $$;
CREATE TRIGGER run_arrows BEFORE UPDATE OF state ON run FOR EACH ROW EXECUTE FUNCTION run_hold_arrows();

-- A person's word to a working agent, and what came of it.
CREATE TABLE control (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid,
    kind text NOT NULL CONSTRAINT control_kind CHECK (kind IN ('stop', 'steer')),
    body text NOT NULL DEFAULT '',
    asked_by uuid NOT NULL REFERENCES person,
    asked_at timestamptz NOT NULL,
    -- Past this without an outcome, the server writes 'no_answer' and takes the run back.
    deadline timestamptz NOT NULL,
    outcome text CONSTRAINT control_outcome CHECK (outcome IN ('done', 'refused', 'already_ended', 'no_answer')),
    reason text NOT NULL DEFAULT '',
    settled_at timestamptz,
    CONSTRAINT control_settled CHECK ((outcome IS NULL) = (settled_at IS NULL)),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
CREATE INDEX control_open ON control (deadline) WHERE outcome IS NULL;
CREATE INDEX control_of_run ON control (run_id) WHERE outcome IS NULL;

CREATE TABLE approval (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid NOT NULL,
    question text NOT NULL,
    detail text NOT NULL DEFAULT '',
    -- [{"key", "label"}]; the first is what the agent advises.
    options jsonb NOT NULL,
    audience text NOT NULL DEFAULT 'client' CONSTRAINT approval_audience CHECK (audience IN ('client', 'operator')),
    state text NOT NULL DEFAULT 'open' CONSTRAINT approval_state CHECK (state IN ('open', 'answered', 'expired', 'withdrawn')),
    answer text,
    answered_by uuid REFERENCES person,
    answered_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT approval_answered CHECK ((state = 'answered') = (answer IS NOT NULL)),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
CREATE INDEX approval_open ON approval (workspace_id, client_id, created_at) WHERE state = 'open';
CREATE INDEX approval_expiry ON approval (expires_at) WHERE state = 'open';
CREATE INDEX approval_of_request ON approval (workspace_id, client_id, request_id);

CREATE TABLE deliverable (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    title text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT deliverable_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT deliverable_title_once UNIQUE (request_id, title),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);

CREATE TABLE deliverable_version (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    version integer NOT NULL,
    body text,
    file_id uuid,
    run_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (deliverable_id, version),
    CONSTRAINT deliverable_version_has_content CHECK (body IS NOT NULL OR file_id IS NOT NULL),
    FOREIGN KEY (workspace_id, client_id, deliverable_id) REFERENCES deliverable (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, client_id, file_id) REFERENCES file (workspace_id, client_id, id)
);
CREATE INDEX deliverable_of_request ON deliverable (workspace_id, client_id, request_id);

CREATE TABLE review (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    verdict text NOT NULL CONSTRAINT review_verdict CHECK (verdict IN ('approved', 'revision')),
    reason text NOT NULL DEFAULT '',
    reviewed_by uuid NOT NULL REFERENCES person,
    reviewed_at timestamptz NOT NULL,
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
CREATE INDEX review_of_request ON review (workspace_id, client_id, request_id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['request', 'cycle_span', 'file', 'run', 'control', 'approval', 'deliverable',
                             'deliverable_version', 'review'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO throughline_app USING (scope_admits(workspace_id, client_id))', t || '_app', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO throughline_app', t);
    END LOOP;
    -- The server's own jobs look for what is due across all workspaces, then act within the scope that they found.
    FOREACH t IN ARRAY ARRAY['run', 'control', 'approval', 'request'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO throughline_jobs USING (true)', t || '_jobs', t);
        EXECUTE format('GRANT SELECT ON %I TO throughline_jobs', t);
    END LOOP;
END $$;
ALTER TABLE agent ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent FORCE ROW LEVEL SECURITY;
-- A client sees the agents that may work for it; only the desk changes them.
CREATE POLICY agent_read ON agent FOR SELECT TO throughline_app
    USING (workspace_id = scope_workspace() AND (scope_wide() OR client_id IS NULL OR client_id = scope_client()));
CREATE POLICY agent_write ON agent TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
GRANT SELECT, INSERT, UPDATE ON agent TO throughline_app;
