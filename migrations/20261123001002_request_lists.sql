-- The desk's list of all requests, newest first, a page at a time (domain::requests::queries::list).
CREATE INDEX request_newest ON request (workspace_id, created_at DESC) WHERE withdrawn_at IS NULL;
-- A person's name is seen through their memberships (policy person_app), whatever became of those.
CREATE INDEX membership_of_person ON membership (person_id);
