-- Something works for the run at its agent's backend, and goes on there until it is told to stop (domain::runs::left).
ALTER TABLE run ADD COLUMN elsewhere boolean NOT NULL DEFAULT false;
CREATE INDEX run_elsewhere ON run (id) WHERE elsewhere;
-- Runs that ended, or are to stop, while nobody held them.
GRANT SELECT (elsewhere, ended_at) ON run TO throughline_jobs;
GRANT SELECT (run_id, kind) ON control TO throughline_jobs;
