-- Which event a mail quotes: where its words are deleted, the mail no longer says them, sent or not (domain::requests::unseen).
ALTER TABLE mail ADD COLUMN quotes text;
CREATE INDEX mail_quotes ON mail (quotes) WHERE quotes IS NOT NULL;
-- Who added a file may delete it (domain::requests::commands::delete).
GRANT DELETE ON file TO throughline_app;
-- The digest of words that were deleted goes with them (domain::controls::say).
GRANT UPDATE (words) ON said TO throughline_app;
