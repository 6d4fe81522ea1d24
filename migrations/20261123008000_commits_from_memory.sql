-- Fails the statement that calls it. The session engine's writer stores in one statement what it takes to be the next
-- events of its streams; where one of them has moved meanwhile, nothing of it may stay, and the writer has to learn why
-- by the code: no other failure has it.
CREATE FUNCTION stream_moved() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a stream is not as remembered' USING ERRCODE = 'TL001';
END
$$;
REVOKE ALL ON FUNCTION stream_moved() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stream_moved() TO throughline_sessions;
