-- What is summed over nothing is nothing known, and not the farthest below (within_bigint: greatest leaves NULL out).
CREATE OR REPLACE FUNCTION within_bigint(amount numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT least(greatest(amount, -9000000000000000), 9000000000000000)::bigint
$$;
