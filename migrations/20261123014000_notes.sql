-- A client's notes: Markdown under a path, as a vault keeps them. Each write keeps the version before.

CREATE TABLE note (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    -- `Billing/Rates.md`
    path text NOT NULL CONSTRAINT note_path_length CHECK (length(path) BETWEEN 1 AND 250),
    body text NOT NULL CONSTRAINT note_body_length CHECK (octet_length(body) <= 262144),
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Words are found in their English stems and as they stand, whatever language they are in; the path weighs more.
    words tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', translate(path, '/._-', '    ')), 'A')
        || setweight(to_tsvector('simple', translate(path, '/._-', '    ')), 'A')
        || setweight(to_tsvector('english', body), 'B')
        || setweight(to_tsvector('simple', body), 'B')) STORED,
    CONSTRAINT note_in_client UNIQUE (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id)
);
-- Wikilinks know no case.
CREATE UNIQUE INDEX note_path_once ON note (workspace_id, client_id, lower(path));
CREATE INDEX note_words ON note USING gin (words);

CREATE TABLE note_version (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    note_id uuid NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    -- Who wrote it, by the name that they had then.
    written_by text NOT NULL,
    person_id uuid REFERENCES person,
    agent_id uuid,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (note_id, version),
    FOREIGN KEY (workspace_id, client_id, note_id) REFERENCES note (workspace_id, client_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE INDEX note_version_of_note ON note_version (workspace_id, client_id, note_id, version DESC);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['note', 'note_version'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO throughline_app USING (scope_admits(workspace_id, client_id))', t || '_app', t);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON note TO throughline_app;
-- What was written stays as it was.
GRANT SELECT, INSERT ON note_version TO throughline_app;
