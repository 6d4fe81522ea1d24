-- The time zone in which a person reads times, as their browser last said or as they chose under their account
-- (accounts::commands::profile). Unknown: the workspace's. Mails to a person say times in it (mail::queue_all).
ALTER TABLE person ADD COLUMN zone text CONSTRAINT person_zone_length CHECK (length(zone) BETWEEN 1 AND 60);
ALTER TABLE person ADD COLUMN zone_chosen boolean NOT NULL DEFAULT false;
