-- Sums of what programs report, for the pages of costs, the limits of a month and the figures of billing: one report that
-- makes no sense must not break a page, or another agent's run. What is beyond is shown as the farthest.
CREATE FUNCTION within_bigint(amount numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(greatest(amount, -9000000000000000), 9000000000000000)::bigint
$$;
