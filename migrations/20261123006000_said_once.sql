-- What somebody said under an id of their own making (domain::controls::say): sent again, it is not said again.
CREATE TABLE said (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES person,
    message text NOT NULL CONSTRAINT said_message CHECK (length(message) BETWEEN 1 AND 200),
    -- SHA-256 of the words: another text under the same id is not taken for the same.
    words bytea NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, person_id, message),
    FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request (workspace_id, client_id, id)
);
ALTER TABLE said ENABLE ROW LEVEL SECURITY;
ALTER TABLE said FORCE ROW LEVEL SECURITY;
CREATE POLICY said_app ON said TO throughline_app USING (scope_admits(workspace_id, client_id));
GRANT SELECT, INSERT ON said TO throughline_app;

-- The stops of a run, the newest first: one that was asked for is not asked for again (domain::controls::stop_run).
CREATE INDEX control_stops_of_run ON control (run_id, asked_at DESC) WHERE kind = 'stop';
