-- The server's own jobs give queued runs to agents that are ready: they have to see which are (domain::runs::claim_due).
CREATE POLICY agent_jobs ON agent FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT ON agent TO throughline_jobs;
