-- What a person wrote can be deleted by who wrote it: the event in a stream is written anew where it stands, and keeps
-- its place (sessions::redact_in, domain::requests::commands::delete). Every time raises the stream's revision, by which
-- a node sees that what it holds of the stream in memory is of before.
ALTER TABLE stream ADD COLUMN revision bigint NOT NULL DEFAULT 0;
-- Counted as of that revision: of another one, the stream is counted anew.
ALTER TABLE stream_stored ADD COLUMN revision bigint NOT NULL DEFAULT 0;
