-- Under which master keys there are secrets (domain::sealed::unopened): a node says at its start what it cannot open.
CREATE POLICY agent_key_jobs ON agent_key FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (key_id) ON agent_key TO throughline_jobs;
GRANT SELECT (key_id) ON webhook TO throughline_jobs;
