-- The facts that were heard last, for the desk's page of payments (domain::payments::queries::latest_facts), and what
-- `throughline doctor` says of the accounts of all workspaces (domain::payments::queries::account_health_by).
CREATE INDEX payment_fact_latest ON payment_fact (workspace_id, received_at DESC);
GRANT SELECT (name, is_live, lacks, checked_at, webhook_secrets) ON payment_account TO throughline_jobs;
CREATE POLICY payment_fact_jobs ON payment_fact FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (workspace_id, received_at) ON payment_fact TO throughline_jobs;
