-- How a workspace writes dates, times and numbers (domain::format::Locale). Null where nobody chose: it then follows the
-- workspace's time zone. Old code does not look at it.
ALTER TABLE workspace ADD COLUMN locale text CONSTRAINT workspace_locale CHECK (locale IN ('en-US', 'en-GB'));
