-- What the other side wrote about a request and nobody here has looked at yet: since when, and the name of who wrote last.
-- Read by the desk's Today and by the client's home (domain::requests::queries::unseen); written with the comment, the file
-- or the wish for a change (domain::requests::unseen). No more than a mark: notices for each person are another table.
ALTER TABLE request
    ADD COLUMN desk_unseen_since timestamptz,
    ADD COLUMN desk_unseen_from text NOT NULL DEFAULT '',
    ADD COLUMN client_unseen_since timestamptz,
    ADD COLUMN client_unseen_from text NOT NULL DEFAULT '';
CREATE INDEX request_desk_unseen ON request (workspace_id, desk_unseen_since)
    WHERE desk_unseen_since IS NOT NULL AND withdrawn_at IS NULL;
CREATE INDEX request_client_unseen ON request (workspace_id, client_id, client_unseen_since)
    WHERE client_unseen_since IS NOT NULL AND withdrawn_at IS NULL;
