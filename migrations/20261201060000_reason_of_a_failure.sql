-- Why a run failed, as the operators are told it backstage: Today shows it instead of the client's words
-- (domain::runs::commands::fail_because, domain::desk). No query of a client's reads it. Older failures have none.
ALTER TABLE run ADD COLUMN failure_reason text;
