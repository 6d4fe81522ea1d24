-- A client that has left is read by its people for ninety days (domain::accounts::queries::places), and then closed by a
-- job, which goes by the product's own clock. Older code knows nothing of it, and lets nobody in from the start.
ALTER TABLE client ADD COLUMN closed_at timestamptz;
CREATE INDEX client_to_close ON client (archived_at) WHERE archived_at IS NOT NULL AND closed_at IS NULL;
CREATE POLICY client_jobs_close ON client FOR UPDATE TO throughline_jobs USING (true) WITH CHECK (true);
GRANT UPDATE (closed_at) ON client TO throughline_jobs;
