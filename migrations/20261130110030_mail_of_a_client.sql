-- Which client a mail is about, so that it goes with the client (domain::erasures). Older mail is cleared within thirty
-- days, which is how long an erasure can be called off.
ALTER TABLE mail ADD COLUMN client_id uuid;
