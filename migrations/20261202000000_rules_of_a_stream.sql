-- What has to hold of a stream's row, looked at where it may change. Postgres reads a table's CHECK constraints anew in every
-- statement that writes a row, whichever columns it sets: an append, which only moves the end on, paid a fifth of its time for
-- six rules that it cannot break. A trigger on the columns that they speak of costs it nothing. `sessions` writes these rows.
CREATE FUNCTION stream_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NEW.kind = '' OR length(NEW.kind) > 64 THEN 'stream_kind_check'
        WHEN NEW.name = '' OR octet_length(NEW.name) > 1024 THEN 'stream_name_check'
        WHEN NEW.earliest_offset < 0 OR NEW.earliest_offset > NEW.next_offset THEN 'stream_offsets_check'
        WHEN NEW.buried_at IS NOT NULL AND NEW.deleted_at IS NULL THEN 'stream_buried_check'
        WHEN NEW.ttl_seconds < 0 OR (NEW.ttl_seconds IS NULL) <> (NEW.lapses_at IS NULL)
            OR (NEW.ttl_seconds IS NOT NULL AND NEW.expires_at IS NOT NULL) THEN 'stream_lapse_check'
        WHEN (NEW.forked_from IS NULL) <> (NEW.fork_offset IS NULL) OR (NEW.forked_from IS NULL) <> (NEW.fork_part IS NULL)
            OR NEW.fork_part < 0 OR NEW.fork_offset < 0 OR NEW.fork_offset > NEW.next_offset THEN 'stream_fork_check'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format('new row for relation "stream" violates %s', broken),
            CONSTRAINT = broken, TABLE = 'stream', SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stream_rules_of_a_new_row BEFORE INSERT ON stream
    FOR EACH ROW EXECUTE FUNCTION stream_rules();
-- Not of next_offset and lapses_at: an append sets them, and only ever moves them on.
CREATE TRIGGER stream_rules_of_a_change
    BEFORE UPDATE OF kind, name, earliest_offset, deleted_at, buried_at, ttl_seconds, expires_at, forked_from, fork_offset, fork_part
    ON stream FOR EACH ROW EXECUTE FUNCTION stream_rules();

ALTER TABLE stream
    DROP CONSTRAINT stream_kind_check, DROP CONSTRAINT stream_offsets_check, DROP CONSTRAINT stream_name_check,
    DROP CONSTRAINT stream_lapse_check, DROP CONSTRAINT stream_fork_check, DROP CONSTRAINT stream_buried_check;
