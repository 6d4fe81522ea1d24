-- What the agents of a workspace have in hand, oldest first (domain::agents::now), however many runs have ended.
CREATE INDEX run_living ON run (workspace_id, queued_at) WHERE state IN ('queued', 'working', 'suspended');
