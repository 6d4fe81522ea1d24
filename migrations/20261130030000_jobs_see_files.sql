-- The server looks whether the newest files are in its store, before anybody misses one, and clears what nothing names.
CREATE POLICY file_jobs ON file FOR SELECT TO throughline_jobs USING (true);
GRANT SELECT (id, workspace_id, client_id, request_id, sha256, bytes, created_at) ON file TO throughline_jobs;
CREATE INDEX file_newest ON file (created_at DESC, id);
