-- What an agent's backend has to know again when another attempt takes up its work: the ids by which it goes on with
-- something that is running elsewhere (domain::runs::keep). No secrets, and nothing that a client sees.
ALTER TABLE run ADD COLUMN kept jsonb;
