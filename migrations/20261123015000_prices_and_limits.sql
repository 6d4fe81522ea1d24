-- What models cost (domain::costs): millionths of a US dollar for a million tokens.
CREATE TABLE model_price (
    workspace_id uuid NOT NULL REFERENCES workspace,
    model text NOT NULL CONSTRAINT model_price_model CHECK (length(model) BETWEEN 1 AND 200),
    input_micros bigint NOT NULL CONSTRAINT model_price_input CHECK (input_micros >= 0),
    cached_micros bigint NOT NULL CONSTRAINT model_price_cached CHECK (cached_micros >= 0),
    output_micros bigint NOT NULL CONSTRAINT model_price_output CHECK (output_micros >= 0),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, model)
);
ALTER TABLE model_price ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_price FORCE ROW LEVEL SECURITY;
-- Agents' reports are priced in their own scope.
CREATE POLICY model_price_app ON model_price TO throughline_app
    USING (workspace_id = scope_workspace() AND scope_backstage());
GRANT SELECT, INSERT, UPDATE, DELETE ON model_price TO throughline_app;

-- The most that an agent, or a client's work, may cost in a month; millionths of a US dollar.
CREATE TABLE cost_limit (
    workspace_id uuid NOT NULL REFERENCES workspace,
    client_id uuid,
    agent_id uuid,
    micros bigint NOT NULL CONSTRAINT cost_limit_micros CHECK (micros > 0),
    CONSTRAINT cost_limit_of_one CHECK (num_nonnulls(client_id, agent_id) = 1),
    FOREIGN KEY (workspace_id, client_id) REFERENCES client (workspace_id, id),
    FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id)
);
CREATE UNIQUE INDEX cost_limit_of_client ON cost_limit (workspace_id, client_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX cost_limit_of_agent ON cost_limit (workspace_id, agent_id) WHERE agent_id IS NOT NULL;
ALTER TABLE cost_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE cost_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY cost_limit_app ON cost_limit TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
GRANT SELECT, INSERT, UPDATE, DELETE ON cost_limit TO throughline_app;

-- What a US dollar is in the currencies that clients pay in, where the operator wants margins in them; in millionths.
CREATE TABLE dollar_rate (
    workspace_id uuid NOT NULL REFERENCES workspace,
    currency text NOT NULL,
    micros bigint NOT NULL CONSTRAINT dollar_rate_micros CHECK (micros > 0),
    PRIMARY KEY (workspace_id, currency)
);
ALTER TABLE dollar_rate ENABLE ROW LEVEL SECURITY;
ALTER TABLE dollar_rate FORCE ROW LEVEL SECURITY;
CREATE POLICY dollar_rate_app ON dollar_rate TO throughline_app USING (workspace_id = scope_workspace() AND scope_wide());
GRANT SELECT, INSERT, UPDATE, DELETE ON dollar_rate TO throughline_app;

-- What a run has taken so far, for the next step's reserve (domain::costs::limits).
CREATE INDEX spend_without_price ON spend (workspace_id, model) WHERE micros IS NULL;

-- What so many tokens cost at prices for a million, rounded up: nothing that was used is free by rounding.
CREATE FUNCTION cost_of(input bigint, cached bigint, output bigint,
    input_price bigint, cached_price bigint, output_price bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(ceil((greatest(input - cached, 0)::numeric * input_price + cached::numeric * cached_price
        + output::numeric * output_price) / 1000000), 9000000000000000)::bigint
$$;
