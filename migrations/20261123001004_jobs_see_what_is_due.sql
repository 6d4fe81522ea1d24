-- The server's own jobs look across all workspaces for what is due and whose it is. What was asked, said and answered
-- is not theirs to read: they act on it within the scope that they found.
REVOKE SELECT ON request, run, control, approval, agent FROM throughline_jobs;
DROP POLICY request_jobs ON request;
GRANT SELECT (id, workspace_id, client_id, request_id, agent_id, state, not_before, lease_until) ON run TO throughline_jobs;
GRANT SELECT (id, workspace_id, client_id, deadline, outcome) ON control TO throughline_jobs;
GRANT SELECT (id, workspace_id, client_id, expires_at, state) ON approval TO throughline_jobs;
GRANT SELECT (id, workspace_id, name, state) ON agent TO throughline_jobs;
