-- Sub-runs: an agent at work has others help with parts of its request. Each is a run of its own, with an agent, a lease
-- and attempts, in the same session; what it comes to goes to the run that started it.
ALTER TABLE run
    ADD COLUMN parent_id uuid,
    -- What the helping agent is asked to do, in the words of the one who asks.
    ADD COLUMN task text,
    -- What it came to, for the one who asked.
    ADD COLUMN result text,
    ADD CONSTRAINT run_parent FOREIGN KEY (workspace_id, client_id, request_id, parent_id)
        REFERENCES run (workspace_id, client_id, request_id, id),
    ADD CONSTRAINT run_task CHECK ((parent_id IS NULL) = (task IS NULL)),
    ADD CONSTRAINT run_result CHECK (result IS NULL OR parent_id IS NOT NULL);

-- One run of a request lives, beside the sub-runs that it has started.
DROP INDEX run_one_living;
CREATE UNIQUE INDEX run_one_living ON run (request_id)
    WHERE parent_id IS NULL AND state IN ('queued', 'working', 'suspended');
CREATE INDEX run_of_parent ON run (parent_id) WHERE parent_id IS NOT NULL;
-- The same task is given to the same agent once, whichever attempt gives it.
CREATE UNIQUE INDEX run_one_of_a_task ON run (parent_id, agent_id, md5(task))
    WHERE parent_id IS NOT NULL AND state NOT IN ('cancelled', 'failed');

GRANT SELECT (parent_id) ON run TO throughline_jobs;

-- New agents may have others help; those that are there keep their lists.
ALTER TABLE agent ALTER COLUMN tools SET DEFAULT ARRAY['get_request', 'read_conversation', 'search_notes', 'read_note',
    'write_note', 'ask_client', 'request_approval', 'report_progress', 'delegate', 'deliver', 'finish'];
