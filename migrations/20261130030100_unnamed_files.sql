-- Files that were added to a form that was never sent are cleared after a day (domain::files::clear).
CREATE POLICY file_jobs_clear ON file FOR DELETE TO throughline_jobs USING (request_id IS NULL);
GRANT DELETE ON file TO throughline_jobs;
CREATE POLICY deliverable_version_jobs ON deliverable_version FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (workspace_id, client_id, file_id) ON deliverable_version TO throughline_jobs;
CREATE INDEX file_unsent ON file (created_at) WHERE request_id IS NULL;
CREATE INDEX file_content ON file (workspace_id, sha256);
