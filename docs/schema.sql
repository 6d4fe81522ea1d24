-- What the migrations have come to, table by table, and the functions after them. To be read, not run.
-- Written by make sqlx, checked with the lints.
-- As Postgres 15 writes it.

CREATE TABLE agent (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    name text NOT NULL,
    persona text NOT NULL DEFAULT ''::text,
    backend text NOT NULL DEFAULT 'house'::text,
    state text NOT NULL DEFAULT 'ready'::text,
    created_at timestamp with time zone NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}'::jsonb,
    tools text[] NOT NULL DEFAULT ARRAY['get_request'::text, 'read_conversation'::text, 'search_notes'::text, 'read_note'::text, 'write_note'::text, 'ask_client'::text, 'request_approval'::text, 'report_progress'::text, 'delegate'::text, 'deliver'::text, 'finish'::text],
    CONSTRAINT agent_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT agent_pkey PRIMARY KEY (id),
    CONSTRAINT agent_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT agent_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT agent_backend CHECK (backend = ANY (ARRAY['house'::text, 'hermes'::text, 'acp'::text, 'openai_chat'::text, 'openai_responses'::text, 'anthropic'::text, 'claude_code'::text, 'pull'::text])),
    CONSTRAINT agent_name_length CHECK (length(name) >= 1 AND length(name) <= 60),
    CONSTRAINT agent_state CHECK (state = ANY (ARRAY['ready'::text, 'resting'::text])),
);
ALTER TABLE agent FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_auth ON agent FOR SELECT TO throughline_auth USING true;
CREATE POLICY agent_backup ON agent FOR SELECT TO throughline_backup USING true;
CREATE POLICY agent_erasing ON agent FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY agent_jobs ON agent FOR SELECT TO throughline_jobs USING true;
CREATE POLICY agent_read ON agent FOR SELECT TO throughline_app USING ((workspace_id = scope_workspace()) AND (scope_wide() OR (client_id IS NULL) OR (client_id = scope_client())));
CREATE POLICY agent_write ON agent FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
GRANT DELETE, INSERT, SELECT, UPDATE ON agent TO throughline_app;
GRANT SELECT ON agent TO throughline_backup;

CREATE TABLE agent_key (
    workspace_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT agent_key_pkey PRIMARY KEY (workspace_id, agent_id),
    CONSTRAINT agent_key_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
);
ALTER TABLE agent_key FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_key_app ON agent_key FOR ALL TO throughline_app USING (scope_admits(workspace_id, NULL::uuid) AND scope_backstage());
CREATE POLICY agent_key_backup ON agent_key FOR SELECT TO throughline_backup USING true;
CREATE POLICY agent_key_jobs ON agent_key FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON agent_key TO throughline_app;
GRANT SELECT ON agent_key TO throughline_backup;

CREATE TABLE approval (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid NOT NULL,
    question text NOT NULL,
    detail text NOT NULL DEFAULT ''::text,
    options jsonb NOT NULL,
    audience text NOT NULL DEFAULT 'client'::text,
    state text NOT NULL DEFAULT 'open'::text,
    answer text,
    answered_by uuid,
    answered_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    key bytea,
    CONSTRAINT approval_pkey PRIMARY KEY (id),
    CONSTRAINT approval_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES person(id),
    CONSTRAINT approval_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT approval_answered CHECK ((state = 'answered'::text) = (answer IS NOT NULL)),
    CONSTRAINT approval_audience CHECK (audience = ANY (ARRAY['client'::text, 'operator'::text])),
    CONSTRAINT approval_state CHECK (state = ANY (ARRAY['open'::text, 'answered'::text, 'expired'::text, 'withdrawn'::text])),
);
CREATE INDEX approval_expiry ON public.approval USING btree (expires_at) WHERE (state = 'open'::text);
CREATE INDEX approval_of_request ON public.approval USING btree (workspace_id, client_id, request_id);
CREATE INDEX approval_open ON public.approval USING btree (workspace_id, client_id, created_at) WHERE (state = 'open'::text);
ALTER TABLE approval FORCE ROW LEVEL SECURITY;
CREATE POLICY approval_app ON approval FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND ((audience = 'client'::text) OR scope_backstage()));
CREATE POLICY approval_backup ON approval FOR SELECT TO throughline_backup USING true;
CREATE POLICY approval_erasing ON approval FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY approval_jobs ON approval FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON approval TO throughline_app;
GRANT SELECT ON approval TO throughline_backup;

CREATE TABLE audit (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    who text NOT NULL,
    person_id uuid,
    agent_id uuid,
    token_id uuid,
    what text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    before text,
    after text,
    ip text,
    at timestamp with time zone NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (id),
    CONSTRAINT audit_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
    CONSTRAINT audit_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT audit_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT audit_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT audit_workspace_id_token_id_fkey FOREIGN KEY (workspace_id, token_id) REFERENCES token(workspace_id, id),
    CONSTRAINT audit_outcome CHECK (outcome = ANY (ARRAY['done'::text, 'refused'::text, 'proposed'::text, 'declined'::text])),
    CONSTRAINT audit_what_length CHECK (length(what) >= 1 AND length(what) <= 100),
);
CREATE INDEX audit_by_what ON public.audit USING btree (workspace_id, what, id DESC);
CREATE INDEX audit_by_who ON public.audit USING btree (workspace_id, who, id DESC);
CREATE INDEX audit_of_workspace ON public.audit USING btree (workspace_id, id DESC);
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_app ON audit FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY audit_backup ON audit FOR SELECT TO throughline_backup USING true;
CREATE POLICY audit_erasing ON audit FOR DELETE TO throughline_app USING (client_erasing(workspace_id, client_id) OR ((client_id IS NULL) AND (EXISTS ( SELECT
   FROM (client_erasure e
     JOIN client c ON (((c.workspace_id = e.workspace_id) AND (c.id = e.client_id))))
  WHERE ((e.workspace_id = audit.workspace_id) AND (e.begun_at IS NOT NULL) AND (e.done_at IS NULL) AND (c.name = audit.target))))));
GRANT DELETE, INSERT, SELECT ON audit TO throughline_app;
GRANT SELECT ON audit TO throughline_backup;

CREATE TABLE balance_entry (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    invoice_id uuid,
    note text NOT NULL DEFAULT ''::text,
    made_at timestamp with time zone NOT NULL,
    payment_id uuid,
    CONSTRAINT balance_entry_pkey PRIMARY KEY (id),
    CONSTRAINT balance_entry_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT balance_entry_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT balance_entry_workspace_id_client_id_payment_id_fkey FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment(workspace_id, client_id, id),
    CONSTRAINT balance_entry_amount CHECK (amount_minor <> 0),
    CONSTRAINT balance_entry_reason CHECK (reason = ANY (ARRAY['plan_change'::text, 'overpaid'::text, 'credit_note'::text, 'gift'::text, 'invoice'::text, 'refund'::text, 'correction'::text])),
);
CREATE INDEX balance_entry_of_client ON public.balance_entry USING btree (workspace_id, client_id, made_at);
ALTER TABLE balance_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY balance_entry_app ON balance_entry FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY balance_entry_erasing ON balance_entry FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON balance_entry TO throughline_app;

CREATE TABLE client (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    vertical text NOT NULL DEFAULT ''::text,
    intake jsonb NOT NULL DEFAULT '[]'::jsonb,
    bill_to text NOT NULL DEFAULT ''::text,
    next_request_number bigint NOT NULL DEFAULT 1,
    board_stream uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    archived_at timestamp with time zone,
    bill_details jsonb,
    bill_email text NOT NULL DEFAULT ''::text,
    closed_at timestamp with time zone,
    name_folded text GENERATED ALWAYS AS (search_fold(name)) STORED,
    files_bytes bigint,
    tax_checked jsonb,
    CONSTRAINT client_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT client_pkey PRIMARY KEY (id),
    CONSTRAINT client_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT client_files_bytes CHECK (files_bytes > 0),
    CONSTRAINT client_name_length CHECK (length(name) >= 1 AND length(name) <= 120),
);
CREATE INDEX client_to_close ON public.client USING btree (archived_at) WHERE ((archived_at IS NOT NULL) AND (closed_at IS NULL));
ALTER TABLE client FORCE ROW LEVEL SECURITY;
CREATE POLICY client_app ON client FOR ALL TO throughline_app USING scope_admits(workspace_id, id);
CREATE POLICY client_auth ON client FOR SELECT TO throughline_auth USING true;
CREATE POLICY client_backup ON client FOR SELECT TO throughline_backup USING true;
CREATE POLICY client_jobs ON client FOR SELECT TO throughline_jobs USING true;
CREATE POLICY client_jobs_close ON client FOR UPDATE TO throughline_jobs USING true WITH CHECK true;
GRANT INSERT, SELECT, UPDATE ON client TO throughline_app;
GRANT SELECT ON client TO throughline_auth;
GRANT SELECT ON client TO throughline_backup;
GRANT SELECT ON client TO throughline_jobs;

CREATE TABLE client_erasure (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    begun_at timestamp with time zone,
    done_at timestamp with time zone,
    CONSTRAINT client_erasure_pkey PRIMARY KEY (workspace_id, client_id),
    CONSTRAINT client_erasure_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES person(id),
    CONSTRAINT client_erasure_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT client_erasure_forward CHECK (asked_at <= due_at AND (done_at IS NULL OR begun_at IS NOT NULL)),
);
CREATE INDEX client_erasure_due ON public.client_erasure USING btree (due_at) WHERE (done_at IS NULL);
ALTER TABLE client_erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY client_erasure_app ON client_erasure FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY client_erasure_call_off ON client_erasure FOR DELETE TO throughline_app USING ((begun_at IS NULL) AND scope_wide());
CREATE POLICY client_erasure_jobs ON client_erasure FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT ON client_erasure TO throughline_app;

CREATE TABLE client_export (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    from_desk boolean NOT NULL,
    zone text NOT NULL,
    state text NOT NULL DEFAULT 'queued'::text,
    attempt integer NOT NULL DEFAULT 0,
    lease_until timestamp with time zone,
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    object text,
    bytes bigint,
    failure text NOT NULL DEFAULT ''::text,
    created_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    expires_at timestamp with time zone,
    CONSTRAINT client_export_pkey PRIMARY KEY (id),
    CONSTRAINT client_export_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES person(id),
    CONSTRAINT client_export_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT client_export_is_there CHECK (state <> 'ready'::text OR object IS NOT NULL AND bytes IS NOT NULL AND ready_at IS NOT NULL AND expires_at IS NOT NULL),
    CONSTRAINT client_export_state CHECK (state = ANY (ARRAY['queued'::text, 'working'::text, 'ready'::text, 'failed'::text, 'expired'::text])),
    CONSTRAINT client_export_zone_length CHECK (length(zone) >= 1 AND length(zone) <= 60),
);
CREATE INDEX client_export_due ON public.client_export USING btree (created_at) WHERE (state = ANY (ARRAY['queued'::text, 'working'::text]));
CREATE INDEX client_export_kept ON public.client_export USING btree (expires_at) WHERE (object IS NOT NULL);
CREATE INDEX client_export_of_client ON public.client_export USING btree (workspace_id, client_id, created_at DESC);
CREATE UNIQUE INDEX client_export_once ON public.client_export USING btree (client_id) WHERE (state = ANY (ARRAY['queued'::text, 'working'::text]));
ALTER TABLE client_export FORCE ROW LEVEL SECURITY;
CREATE POLICY client_export_app ON client_export FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY client_export_erasing ON client_export FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY client_export_jobs ON client_export FOR ALL TO throughline_jobs USING true WITH CHECK true;
GRANT DELETE, INSERT, SELECT, UPDATE ON client_export TO throughline_app;

CREATE TABLE confirmation (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT confirmation_pkey PRIMARY KEY (token_hash),
    CONSTRAINT confirmation_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
);
CREATE INDEX confirmation_of_person ON public.confirmation USING btree (person_id);
ALTER TABLE confirmation FORCE ROW LEVEL SECURITY;
CREATE POLICY confirmation_auth ON confirmation FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY confirmation_backup ON confirmation FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON confirmation TO throughline_auth;
GRANT SELECT ON confirmation TO throughline_backup;

CREATE TABLE control (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid,
    kind text NOT NULL,
    body text NOT NULL DEFAULT ''::text,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    outcome text,
    reason text NOT NULL DEFAULT ''::text,
    settled_at timestamp with time zone,
    CONSTRAINT control_pkey PRIMARY KEY (id),
    CONSTRAINT control_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES person(id),
    CONSTRAINT control_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT control_kind CHECK (kind = ANY (ARRAY['stop'::text, 'steer'::text])),
    CONSTRAINT control_outcome CHECK (outcome = ANY (ARRAY['done'::text, 'refused'::text, 'already_ended'::text, 'no_answer'::text])),
    CONSTRAINT control_settled CHECK ((outcome IS NULL) = (settled_at IS NULL)),
);
CREATE INDEX control_of_run ON public.control USING btree (run_id) WHERE (outcome IS NULL);
CREATE INDEX control_open ON public.control USING btree (deadline) WHERE (outcome IS NULL);
CREATE INDEX control_stops_of_run ON public.control USING btree (run_id, asked_at DESC) WHERE (kind = 'stop'::text);
ALTER TABLE control FORCE ROW LEVEL SECURITY;
CREATE POLICY control_app ON control FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY control_backup ON control FOR SELECT TO throughline_backup USING true;
CREATE POLICY control_erasing ON control FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY control_jobs ON control FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON control TO throughline_app;
GRANT SELECT ON control TO throughline_backup;

CREATE TABLE cost_limit (
    workspace_id uuid NOT NULL,
    client_id uuid,
    agent_id uuid,
    micros bigint NOT NULL,
    until_paid boolean NOT NULL DEFAULT false,
    CONSTRAINT cost_limit_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT cost_limit_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT cost_limit_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT cost_limit_micros CHECK (micros > 0),
    CONSTRAINT cost_limit_of_one CHECK (num_nonnulls(client_id, agent_id) = 1),
);
CREATE UNIQUE INDEX cost_limit_of_agent ON public.cost_limit USING btree (workspace_id, agent_id) WHERE (agent_id IS NOT NULL);
CREATE UNIQUE INDEX cost_limit_of_client ON public.cost_limit USING btree (workspace_id, client_id) WHERE (client_id IS NOT NULL);
ALTER TABLE cost_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY cost_limit_app ON cost_limit FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY cost_limit_backup ON cost_limit FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON cost_limit TO throughline_app;
GRANT SELECT ON cost_limit TO throughline_backup;

CREATE TABLE credit_note (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid,
    number bigint NOT NULL,
    currency text NOT NULL,
    lines jsonb NOT NULL,
    total_minor bigint NOT NULL,
    bill_from text NOT NULL,
    bill_to text NOT NULL,
    note text NOT NULL DEFAULT ''::text,
    issued_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    tax jsonb,
    net_minor bigint,
    CONSTRAINT credit_note_number_unique UNIQUE (workspace_id, number),
    CONSTRAINT credit_note_once UNIQUE (invoice_id),
    CONSTRAINT credit_note_pkey PRIMARY KEY (id),
    CONSTRAINT credit_note_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT credit_note_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT credit_note_total CHECK (total_minor > 0),
);
CREATE INDEX credit_note_of_client ON public.credit_note USING btree (workspace_id, client_id, issued_at DESC);
ALTER TABLE credit_note FORCE ROW LEVEL SECURITY;
CREATE POLICY credit_note_app ON credit_note FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY credit_note_erasing ON credit_note FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON credit_note TO throughline_app;

CREATE TABLE cycle_span (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    kind text NOT NULL,
    CONSTRAINT cycle_span_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT cycle_span_forward CHECK (to_at >= from_at),
    CONSTRAINT cycle_span_kind CHECK (kind = ANY (ARRAY['running'::text, 'waiting'::text, 'paused'::text])),
);
CREATE INDEX cycle_span_of_request ON public.cycle_span USING btree (workspace_id, client_id, request_id, from_at);
CREATE UNIQUE INDEX cycle_span_one_open ON public.cycle_span USING btree (request_id) WHERE (to_at IS NULL);
ALTER TABLE cycle_span FORCE ROW LEVEL SECURITY;
CREATE POLICY cycle_span_app ON cycle_span FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY cycle_span_backup ON cycle_span FOR SELECT TO throughline_backup USING true;
CREATE POLICY cycle_span_erasing ON cycle_span FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON cycle_span TO throughline_app;
GRANT SELECT ON cycle_span TO throughline_backup;

CREATE TABLE deliverable (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    title text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT deliverable_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT deliverable_title_once UNIQUE (request_id, title),
    CONSTRAINT deliverable_pkey PRIMARY KEY (id),
    CONSTRAINT deliverable_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
);
CREATE INDEX deliverable_of_request ON public.deliverable USING btree (workspace_id, client_id, request_id);
ALTER TABLE deliverable FORCE ROW LEVEL SECURITY;
CREATE POLICY deliverable_app ON deliverable FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY deliverable_backup ON deliverable FOR SELECT TO throughline_backup USING true;
CREATE POLICY deliverable_erasing ON deliverable FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON deliverable TO throughline_app;
GRANT SELECT ON deliverable TO throughline_backup;

CREATE TABLE deliverable_version (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    version integer NOT NULL,
    body text,
    file_id uuid,
    run_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT deliverable_version_pkey PRIMARY KEY (deliverable_id, version),
    CONSTRAINT deliverable_version_workspace_id_client_id_deliverable_id_fkey FOREIGN KEY (workspace_id, client_id, deliverable_id) REFERENCES deliverable(workspace_id, client_id, id),
    CONSTRAINT deliverable_version_workspace_id_client_id_file_id_fkey FOREIGN KEY (workspace_id, client_id, file_id) REFERENCES file(workspace_id, client_id, id),
    CONSTRAINT deliverable_version_has_content CHECK (body IS NOT NULL OR file_id IS NOT NULL),
);
ALTER TABLE deliverable_version FORCE ROW LEVEL SECURITY;
CREATE POLICY deliverable_version_app ON deliverable_version FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY deliverable_version_backup ON deliverable_version FOR SELECT TO throughline_backup USING true;
CREATE POLICY deliverable_version_erasing ON deliverable_version FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY deliverable_version_jobs ON deliverable_version FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON deliverable_version TO throughline_app;
GRANT SELECT ON deliverable_version TO throughline_backup;

CREATE TABLE discount_code (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    code text NOT NULL,
    percent smallint,
    amount_minor bigint,
    currency text NOT NULL,
    periods smallint,
    ends_at timestamp with time zone,
    most_uses integer,
    uses integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT discount_code_once UNIQUE (workspace_id, code),
    CONSTRAINT discount_code_pkey PRIMARY KEY (id),
    CONSTRAINT discount_code_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT discount_code_amount CHECK (amount_minor > 0),
    CONSTRAINT discount_code_kind CHECK ((percent IS NULL) <> (amount_minor IS NULL)),
    CONSTRAINT discount_code_most CHECK (most_uses > 0),
    CONSTRAINT discount_code_percent CHECK (percent >= 1 AND percent <= 100),
    CONSTRAINT discount_code_periods CHECK (periods >= 1 AND periods <= 120),
    CONSTRAINT discount_code_uses CHECK (uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)),
    CONSTRAINT discount_code_word CHECK (code ~ '^[A-Z0-9-]{3,40}$'::text),
);
ALTER TABLE discount_code FORCE ROW LEVEL SECURITY;
CREATE POLICY discount_code_app ON discount_code FOR ALL TO throughline_app USING (scope_admits(workspace_id, NULL::uuid) AND scope_backstage());
GRANT INSERT, SELECT, UPDATE ON discount_code TO throughline_app;

CREATE TABLE dollar_rate (
    workspace_id uuid NOT NULL,
    currency text NOT NULL,
    micros bigint NOT NULL,
    CONSTRAINT dollar_rate_pkey PRIMARY KEY (workspace_id, currency),
    CONSTRAINT dollar_rate_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT dollar_rate_micros CHECK (micros > 0),
);
ALTER TABLE dollar_rate FORCE ROW LEVEL SECURITY;
CREATE POLICY dollar_rate_app ON dollar_rate FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY dollar_rate_backup ON dollar_rate FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON dollar_rate TO throughline_app;
GRANT SELECT ON dollar_rate TO throughline_backup;

CREATE TABLE file (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid,
    name text NOT NULL,
    media_type text NOT NULL,
    label text NOT NULL,
    is_text boolean NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    added_by uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT file_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT file_pkey PRIMARY KEY (id),
    CONSTRAINT file_added_by_fkey FOREIGN KEY (added_by) REFERENCES person(id),
    CONSTRAINT file_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
);
CREATE INDEX file_content ON public.file USING btree (workspace_id, sha256);
CREATE INDEX file_newest ON public.file USING btree (created_at DESC, id);
CREATE INDEX file_of_request ON public.file USING btree (workspace_id, client_id, request_id);
CREATE INDEX file_unsent ON public.file USING btree (created_at) WHERE (request_id IS NULL);
ALTER TABLE file FORCE ROW LEVEL SECURITY;
CREATE POLICY file_app ON file FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY file_backup ON file FOR SELECT TO throughline_backup USING true;
CREATE POLICY file_jobs ON file FOR SELECT TO throughline_jobs USING true;
CREATE POLICY file_jobs_clear ON file FOR DELETE TO throughline_jobs USING (request_id IS NULL);
GRANT DELETE, INSERT, SELECT, UPDATE ON file TO throughline_app;
GRANT SELECT ON file TO throughline_backup;
GRANT DELETE ON file TO throughline_jobs;

CREATE TABLE install (
    key text NOT NULL,
    value text NOT NULL,
    CONSTRAINT install_pkey PRIMARY KEY (key),
);
GRANT INSERT, SELECT, UPDATE ON install TO throughline_auth;
GRANT SELECT ON install TO throughline_backup;

CREATE TABLE invitation (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    email text NOT NULL,
    role text NOT NULL,
    token_hash bytea NOT NULL,
    invited_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT invitation_token_unique UNIQUE (token_hash),
    CONSTRAINT invitation_pkey PRIMARY KEY (id),
    CONSTRAINT invitation_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES person(id),
    CONSTRAINT invitation_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT invitation_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT invitation_operator_has_no_client CHECK ((role = 'operator'::text) = (client_id IS NULL)),
    CONSTRAINT invitation_role CHECK (role = ANY (ARRAY['operator'::text, 'owner'::text, 'member'::text, 'billing'::text])),
);
CREATE INDEX invitation_of_client ON public.invitation USING btree (workspace_id, client_id);
CREATE INDEX invitation_open ON public.invitation USING btree (workspace_id, email) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY invitation_app ON invitation FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY invitation_auth ON invitation FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY invitation_backup ON invitation FOR SELECT TO throughline_backup USING true;
CREATE POLICY invitation_erasing ON invitation FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON invitation TO throughline_app;
GRANT SELECT, UPDATE ON invitation TO throughline_auth;
GRANT SELECT ON invitation TO throughline_backup;

CREATE TABLE invoice (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    subscription_id uuid,
    number bigint,
    state text NOT NULL,
    currency text NOT NULL,
    lines jsonb NOT NULL,
    total_minor bigint NOT NULL,
    bill_to text NOT NULL DEFAULT ''::text,
    note text NOT NULL DEFAULT ''::text,
    period_start timestamp with time zone,
    period_end timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone,
    due_at timestamp with time zone,
    paid_at timestamp with time zone,
    voided_at timestamp with time zone,
    bill_from text NOT NULL DEFAULT ''::text,
    issue_when_complete boolean NOT NULL DEFAULT false,
    mailed_at timestamp with time zone,
    period_minor bigint,
    tax jsonb,
    net_minor bigint,
    CONSTRAINT invoice_number_unique UNIQUE (workspace_id, number),
    CONSTRAINT invoice_pkey PRIMARY KEY (id),
    CONSTRAINT invoice_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT invoice_numbered_when_issued CHECK ((state = 'draft'::text) = (number IS NULL)),
    CONSTRAINT invoice_state CHECK (state = ANY (ARRAY['draft'::text, 'issued'::text, 'paid'::text, 'void'::text])),
    CONSTRAINT invoice_waits_as_draft CHECK (NOT issue_when_complete OR state = 'draft'::text),
);
CREATE INDEX invoice_held_back ON public.invoice USING btree (workspace_id, client_id) WHERE issue_when_complete;
CREATE INDEX invoice_newest ON public.invoice USING btree (workspace_id, created_at DESC);
CREATE INDEX invoice_of_client ON public.invoice USING btree (workspace_id, client_id, created_at DESC);
CREATE UNIQUE INDEX invoice_once_a_period ON public.invoice USING btree (subscription_id, period_start) WHERE (state <> 'void'::text);
CREATE INDEX invoice_open ON public.invoice USING btree (workspace_id, due_at) WHERE (state = 'issued'::text);
ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
CREATE POLICY invoice_app ON invoice FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND (scope_wide() OR (state <> 'draft'::text))) WITH CHECK scope_admits(workspace_id, client_id);
CREATE POLICY invoice_backup ON invoice FOR SELECT TO throughline_backup USING true;
CREATE POLICY invoice_delete_drafts ON invoice FOR DELETE TO throughline_app USING (((state = 'draft'::text) AND scope_wide()) OR client_erasing(workspace_id, client_id));
CREATE POLICY invoice_jobs ON invoice FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON invoice TO throughline_app;
GRANT SELECT ON invoice TO throughline_backup;

CREATE TABLE mail (
    id uuid NOT NULL,
    workspace_id uuid,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'queued'::text,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamp with time zone NOT NULL,
    last_error text NOT NULL DEFAULT ''::text,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    client_id uuid,
    quotes text,
    paper text,
    paper_id uuid,
    CONSTRAINT mail_pkey PRIMARY KEY (id),
    CONSTRAINT mail_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT mail_paper CHECK (paper = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'receipt'::text])),
    CONSTRAINT mail_paper_is_named CHECK ((paper IS NULL) = (paper_id IS NULL)),
    CONSTRAINT mail_state CHECK (state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])),
);
CREATE INDEX mail_due ON public.mail USING btree (not_before) WHERE (state = 'queued'::text);
CREATE INDEX mail_newest ON public.mail USING btree (created_at DESC);
CREATE INDEX mail_quotes ON public.mail USING btree (quotes) WHERE (quotes IS NOT NULL);
ALTER TABLE mail FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_backup ON mail FOR SELECT TO throughline_backup USING true;
CREATE POLICY mail_jobs ON mail FOR ALL TO throughline_jobs USING true WITH CHECK true;
CREATE POLICY mail_write ON mail FOR INSERT TO throughline_app WITH CHECK (workspace_id = scope_workspace());
CREATE POLICY mail_write_auth ON mail FOR INSERT TO throughline_auth WITH CHECK true;
GRANT INSERT ON mail TO throughline_app;
GRANT INSERT ON mail TO throughline_auth;
GRANT SELECT ON mail TO throughline_backup;
GRANT DELETE, SELECT, UPDATE ON mail TO throughline_jobs;

CREATE TABLE membership (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    person_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT membership_pkey PRIMARY KEY (id),
    CONSTRAINT membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
    CONSTRAINT membership_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT membership_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT membership_operator_has_no_client CHECK ((role = 'operator'::text) = (client_id IS NULL)),
    CONSTRAINT membership_role CHECK (role = ANY (ARRAY['operator'::text, 'owner'::text, 'member'::text, 'billing'::text])),
);
CREATE INDEX membership_of_client ON public.membership USING btree (workspace_id, client_id);
CREATE INDEX membership_of_person ON public.membership USING btree (person_id);
CREATE UNIQUE INDEX membership_once ON public.membership USING btree (person_id, workspace_id, COALESCE(client_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE (removed_at IS NULL);
ALTER TABLE membership FORCE ROW LEVEL SECURITY;
CREATE POLICY membership_app ON membership FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND (scope_wide() OR (client_id IS NULL) OR (client_id = scope_client()))) WITH CHECK scope_admits(workspace_id, client_id);
CREATE POLICY membership_auth ON membership FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY membership_backup ON membership FOR SELECT TO throughline_backup USING true;
CREATE POLICY membership_erasing ON membership FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON membership TO throughline_app;
GRANT INSERT, SELECT, UPDATE ON membership TO throughline_auth;
GRANT SELECT ON membership TO throughline_backup;

CREATE TABLE model_price (
    workspace_id uuid NOT NULL,
    model text NOT NULL,
    input_micros bigint NOT NULL,
    cached_micros bigint NOT NULL,
    output_micros bigint NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT model_price_pkey PRIMARY KEY (workspace_id, model),
    CONSTRAINT model_price_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT model_price_cached CHECK (cached_micros >= 0),
    CONSTRAINT model_price_input CHECK (input_micros >= 0),
    CONSTRAINT model_price_model CHECK (length(model) >= 1 AND length(model) <= 200),
    CONSTRAINT model_price_output CHECK (output_micros >= 0),
);
ALTER TABLE model_price FORCE ROW LEVEL SECURITY;
CREATE POLICY model_price_app ON model_price FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_backstage());
CREATE POLICY model_price_backup ON model_price FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON model_price TO throughline_app;
GRANT SELECT ON model_price TO throughline_backup;

CREATE TABLE note (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    path text NOT NULL,
    body text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS ((((setweight(to_tsvector('english'::regconfig, translate(path, '/._-'::text, '    '::text)), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, translate(path, '/._-'::text, '    '::text)), 'A'::"char")) || setweight(to_tsvector('english'::regconfig, body), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, body), 'B'::"char"))) STORED,
    words_folded tsvector GENERATED ALWAYS AS ((((setweight(to_tsvector('english'::regconfig, search_fold(translate(path, '/._-'::text, '    '::text))), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, search_fold(translate(path, '/._-'::text, '    '::text))), 'A'::"char")) || setweight(to_tsvector('english'::regconfig, search_fold(body)), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, search_fold(body)), 'B'::"char"))) STORED,
    CONSTRAINT note_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT note_pkey PRIMARY KEY (id),
    CONSTRAINT note_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT note_body_length CHECK (octet_length(body) <= 262144),
    CONSTRAINT note_path_length CHECK (length(path) >= 1 AND length(path) <= 250),
);
CREATE UNIQUE INDEX note_path_once ON public.note USING btree (workspace_id, client_id, lower(path));
CREATE INDEX note_words ON public.note USING gin (words);
CREATE INDEX note_words_folded ON public.note USING gin (words_folded);
ALTER TABLE note FORCE ROW LEVEL SECURITY;
CREATE POLICY note_app ON note FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY note_backup ON note FOR SELECT TO throughline_backup USING true;
CREATE POLICY note_erasing ON note FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON note TO throughline_app;
GRANT SELECT ON note TO throughline_backup;

CREATE TABLE note_version (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    note_id uuid NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,
    written_by text NOT NULL,
    person_id uuid,
    agent_id uuid,
    written_at timestamp with time zone NOT NULL,
    CONSTRAINT note_version_pkey PRIMARY KEY (note_id, version),
    CONSTRAINT note_version_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
    CONSTRAINT note_version_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT note_version_workspace_id_client_id_note_id_fkey FOREIGN KEY (workspace_id, client_id, note_id) REFERENCES note(workspace_id, client_id, id),
);
CREATE INDEX note_version_of_note ON public.note_version USING btree (workspace_id, client_id, note_id, version DESC);
ALTER TABLE note_version FORCE ROW LEVEL SECURITY;
CREATE POLICY note_version_app ON note_version FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY note_version_backup ON note_version FOR SELECT TO throughline_backup USING true;
CREATE POLICY note_version_erasing ON note_version FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT ON note_version TO throughline_app;
GRANT SELECT ON note_version TO throughline_backup;

CREATE TABLE offer (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    summary text NOT NULL DEFAULT ''::text,
    vertical text NOT NULL DEFAULT ''::text,
    points jsonb NOT NULL DEFAULT '[]'::jsonb,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    billing_interval text NOT NULL DEFAULT 'month'::text,
    active_limit integer NOT NULL,
    cycle_hours integer NOT NULL,
    revisions integer,
    starts text NOT NULL DEFAULT 'on_payment'::text,
    intake jsonb NOT NULL DEFAULT '[]'::jsonb,
    state text NOT NULL DEFAULT 'draft'::text,
    position integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    pricing jsonb,
    CONSTRAINT offer_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT offer_pkey PRIMARY KEY (id),
    CONSTRAINT offer_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT offer_active_limit CHECK (active_limit >= 1 AND active_limit <= 20),
    CONSTRAINT offer_cycle_hours CHECK (cycle_hours >= 1 AND cycle_hours <= 720),
    CONSTRAINT offer_interval CHECK (billing_interval = ANY (ARRAY['month'::text, 'quarter'::text, 'year'::text])),
    CONSTRAINT offer_name_length CHECK (length(name) >= 1 AND length(name) <= 80),
    CONSTRAINT offer_price_positive CHECK (price_minor >= 0),
    CONSTRAINT offer_revisions CHECK (revisions >= 0 AND revisions <= 99),
    CONSTRAINT offer_starts CHECK (starts = ANY (ARRAY['at_once'::text, 'on_payment'::text])),
    CONSTRAINT offer_state CHECK (state = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text])),
);
ALTER TABLE offer FORCE ROW LEVEL SECURITY;
CREATE POLICY offer_backup ON offer FOR SELECT TO throughline_backup USING true;
CREATE POLICY offer_read ON offer FOR SELECT TO throughline_app USING ((workspace_id = scope_workspace()) AND (scope_wide() OR (state = 'published'::text)));
CREATE POLICY offer_write ON offer FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
GRANT INSERT, SELECT, UPDATE ON offer TO throughline_app;
GRANT SELECT ON offer TO throughline_backup;

CREATE TABLE password_reset (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT password_reset_pkey PRIMARY KEY (token_hash),
    CONSTRAINT password_reset_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
);
CREATE INDEX password_reset_of_person ON public.password_reset USING btree (person_id);
ALTER TABLE password_reset FORCE ROW LEVEL SECURITY;
CREATE POLICY password_reset_auth ON password_reset FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY password_reset_backup ON password_reset FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON password_reset TO throughline_auth;
GRANT SELECT ON password_reset TO throughline_backup;

CREATE TABLE payment (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid,
    attempt_id uuid,
    method text NOT NULL,
    reference text NOT NULL DEFAULT ''::text,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    fee_minor bigint,
    card text NOT NULL DEFAULT ''::text,
    received_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    applied_minor bigint NOT NULL DEFAULT 0,
    aside text NOT NULL DEFAULT ''::text,
    CONSTRAINT payment_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT payment_pkey PRIMARY KEY (id),
    CONSTRAINT payment_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT payment_workspace_id_client_id_attempt_id_fkey FOREIGN KEY (workspace_id, client_id, attempt_id) REFERENCES payment_attempt(workspace_id, client_id, id),
    CONSTRAINT payment_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT payment_amount CHECK (amount_minor > 0),
    CONSTRAINT payment_applied CHECK (applied_minor >= 0 AND applied_minor <= amount_minor),
    CONSTRAINT payment_aside CHECK (aside = ANY (ARRAY[''::text, 'currency'::text])),
    CONSTRAINT payment_method CHECK (method = ANY (ARRAY['card'::text, 'bank'::text, 'balance'::text])),
);
CREATE INDEX payment_of_invoice ON public.payment USING btree (invoice_id);
CREATE INDEX payment_of_workspace ON public.payment USING btree (workspace_id, received_at DESC);
CREATE UNIQUE INDEX payment_once_a_charge ON public.payment USING btree (workspace_id, reference) WHERE (method = 'card'::text);
ALTER TABLE payment FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_app ON payment FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_erasing ON payment FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON payment TO throughline_app;

CREATE TABLE payment_account (
    workspace_id uuid NOT NULL,
    provider text NOT NULL,
    name text NOT NULL DEFAULT ''::text,
    is_live boolean NOT NULL,
    lacks text[] NOT NULL DEFAULT '{}'::text[],
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    connected_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    events_read_to timestamp with time zone NOT NULL,
    webhook_secrets smallint NOT NULL DEFAULT 0,
    CONSTRAINT payment_account_pkey PRIMARY KEY (workspace_id),
    CONSTRAINT payment_account_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT payment_account_provider CHECK (provider = 'stripe'::text),
);
ALTER TABLE payment_account FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_account_app ON payment_account FOR ALL TO throughline_app USING (scope_admits(workspace_id, NULL::uuid) AND scope_backstage());
CREATE POLICY payment_account_jobs ON payment_account FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_account TO throughline_app;

CREATE TABLE payment_attempt (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    kind text NOT NULL,
    card_id uuid,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    checkout_reference text,
    charge_reference text,
    url text,
    decline_code text,
    is_automatic boolean NOT NULL DEFAULT false,
    begun_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    expires_at timestamp with time zone,
    lease_until timestamp with time zone,
    may_retry boolean NOT NULL DEFAULT true,
    call jsonb,
    CONSTRAINT payment_attempt_charge UNIQUE (workspace_id, charge_reference),
    CONSTRAINT payment_attempt_checkout UNIQUE (workspace_id, checkout_reference),
    CONSTRAINT payment_attempt_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT payment_attempt_pkey PRIMARY KEY (id),
    CONSTRAINT payment_attempt_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT payment_attempt_workspace_id_client_id_card_id_fkey FOREIGN KEY (workspace_id, client_id, card_id) REFERENCES payment_card(workspace_id, client_id, id),
    CONSTRAINT payment_attempt_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT payment_attempt_amount CHECK (amount_minor > 0),
    CONSTRAINT payment_attempt_ended CHECK ((state = ANY (ARRAY['succeeded'::text, 'declined'::text, 'canceled'::text])) = (ended_at IS NOT NULL)),
    CONSTRAINT payment_attempt_kind CHECK (kind = ANY (ARRAY['checkout'::text, 'card_on_file'::text])),
    CONSTRAINT payment_attempt_state CHECK (state = ANY (ARRAY['open'::text, 'processing'::text, 'needs_person'::text, 'succeeded'::text, 'declined'::text, 'canceled'::text])),
);
CREATE INDEX payment_attempt_of_invoice ON public.payment_attempt USING btree (invoice_id, begun_at DESC);
CREATE INDEX payment_attempt_unsettled ON public.payment_attempt USING btree (workspace_id, lease_until) WHERE (ended_at IS NULL);
ALTER TABLE payment_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_attempt_app ON payment_attempt FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_attempt_erasing ON payment_attempt FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY payment_attempt_jobs ON payment_attempt FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_attempt TO throughline_app;

CREATE TABLE payment_card (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    reference text NOT NULL,
    brand text NOT NULL,
    last4 text NOT NULL,
    exp_month smallint NOT NULL,
    exp_year smallint NOT NULL,
    added_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    expiry_told_at timestamp with time zone,
    CONSTRAINT payment_card_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT payment_card_reference UNIQUE (workspace_id, reference),
    CONSTRAINT payment_card_pkey PRIMARY KEY (id),
    CONSTRAINT payment_card_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT payment_card_month CHECK (exp_month >= 1 AND exp_month <= 12),
);
CREATE UNIQUE INDEX payment_card_one_on_file ON public.payment_card USING btree (workspace_id, client_id) WHERE (removed_at IS NULL);
ALTER TABLE payment_card FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_card_app ON payment_card FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_card_erasing ON payment_card FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY payment_card_jobs ON payment_card FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_card TO throughline_app;

CREATE TABLE payment_chase (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    step text NOT NULL,
    done_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_chase_pkey PRIMARY KEY (invoice_id, step),
    CONSTRAINT payment_chase_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT payment_chase_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
);
ALTER TABLE payment_chase FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_chase_app ON payment_chase FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_chase_erasing ON payment_chase FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_chase TO throughline_app;

CREATE TABLE payment_customer (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    reference text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_customer_reference UNIQUE (workspace_id, reference),
    CONSTRAINT payment_customer_pkey PRIMARY KEY (workspace_id, client_id),
    CONSTRAINT payment_customer_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
);
ALTER TABLE payment_customer FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_customer_app ON payment_customer FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_customer_erasing ON payment_customer FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_customer TO throughline_app;

CREATE TABLE payment_dispute (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    reference text NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT payment_dispute_reference UNIQUE (workspace_id, reference),
    CONSTRAINT payment_dispute_pkey PRIMARY KEY (id),
    CONSTRAINT payment_dispute_workspace_id_client_id_payment_id_fkey FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment(workspace_id, client_id, id),
    CONSTRAINT payment_dispute_state CHECK (state = ANY (ARRAY['inquiry'::text, 'needs_response'::text, 'under_review'::text, 'won'::text, 'lost'::text])),
);
ALTER TABLE payment_dispute FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_dispute_app ON payment_dispute FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_dispute_erasing ON payment_dispute FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_dispute TO throughline_app;

CREATE TABLE payment_fact (
    workspace_id uuid NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    client_id uuid,
    outcome text NOT NULL DEFAULT ''::text,
    CONSTRAINT payment_fact_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT payment_fact_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
);
CREATE INDEX payment_fact_latest ON public.payment_fact USING btree (workspace_id, received_at DESC);
ALTER TABLE payment_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_fact_app ON payment_fact FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY payment_fact_jobs ON payment_fact FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_fact TO throughline_app;

CREATE TABLE payment_link (
    hash bytea NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT payment_link_pkey PRIMARY KEY (hash),
    CONSTRAINT payment_link_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoice(id),
    CONSTRAINT payment_link_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
);
CREATE INDEX payment_link_of_invoice ON public.payment_link USING btree (invoice_id);
ALTER TABLE payment_link FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_link_app ON payment_link FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_link_auth ON payment_link FOR SELECT TO throughline_auth USING true;
CREATE POLICY payment_link_erasing ON payment_link FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_link TO throughline_app;
GRANT SELECT ON payment_link TO throughline_auth;

CREATE TABLE payment_refund (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    reason text NOT NULL DEFAULT ''::text,
    reference text,
    state text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    lease_until timestamp with time zone,
    CONSTRAINT payment_refund_reference UNIQUE (workspace_id, reference),
    CONSTRAINT payment_refund_pkey PRIMARY KEY (id),
    CONSTRAINT payment_refund_workspace_id_client_id_payment_id_fkey FOREIGN KEY (workspace_id, client_id, payment_id) REFERENCES payment(workspace_id, client_id, id),
    CONSTRAINT payment_refund_amount CHECK (amount_minor > 0),
    CONSTRAINT payment_refund_state CHECK (state = ANY (ARRAY['open'::text, 'pending'::text, 'succeeded'::text, 'failed'::text])),
);
CREATE INDEX payment_refund_of_payment ON public.payment_refund USING btree (payment_id);
ALTER TABLE payment_refund FORCE ROW LEVEL SECURITY;
CREATE POLICY payment_refund_app ON payment_refund FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY payment_refund_erasing ON payment_refund FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY payment_refund_jobs ON payment_refund FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON payment_refund TO throughline_app;

CREATE TABLE person (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    confirmed boolean NOT NULL DEFAULT true,
    zone text,
    zone_chosen boolean NOT NULL DEFAULT false,
    CONSTRAINT person_pkey PRIMARY KEY (id),
    CONSTRAINT person_email_lower CHECK (email = lower(email)),
    CONSTRAINT person_zone_length CHECK (length(zone) >= 1 AND length(zone) <= 60),
);
CREATE INDEX person_claim ON public.person USING btree (email, created_at DESC) WHERE (NOT confirmed);
CREATE UNIQUE INDEX person_email_unique ON public.person USING btree (email) WHERE confirmed;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY person_app ON person FOR SELECT TO throughline_app USING (EXISTS ( SELECT 1
   FROM membership
  WHERE (membership.person_id = person.id)));
CREATE POLICY person_auth ON person FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY person_backup ON person FOR SELECT TO throughline_backup USING true;
CREATE POLICY person_without_a_place ON person FOR DELETE TO throughline_auth USING (NOT (EXISTS ( SELECT
   FROM membership m
  WHERE (m.person_id = person.id))));
GRANT SELECT ON person TO throughline_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON person TO throughline_auth;
GRANT SELECT ON person TO throughline_backup;

CREATE TABLE proposal (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    what text NOT NULL,
    action jsonb NOT NULL,
    words text NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    token_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open'::text,
    failure text NOT NULL DEFAULT ''::text,
    answered_by uuid,
    answered_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT proposal_pkey PRIMARY KEY (id),
    CONSTRAINT proposal_answered_by_fkey FOREIGN KEY (answered_by) REFERENCES person(id),
    CONSTRAINT proposal_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT proposal_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT proposal_workspace_id_token_id_fkey FOREIGN KEY (workspace_id, token_id) REFERENCES token(workspace_id, id),
    CONSTRAINT proposal_answered CHECK ((state = 'open'::text) = (answered_at IS NULL)),
    CONSTRAINT proposal_reason_length CHECK (length(reason) <= 2000),
    CONSTRAINT proposal_state CHECK (state = ANY (ARRAY['open'::text, 'done'::text, 'declined'::text, 'failed'::text])),
);
CREATE INDEX proposal_open ON public.proposal USING btree (workspace_id, created_at) WHERE (state = 'open'::text);
ALTER TABLE proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY proposal_app ON proposal FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY proposal_backup ON proposal FOR SELECT TO throughline_backup USING true;
CREATE POLICY proposal_erasing ON proposal FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON proposal TO throughline_app;
GRANT SELECT ON proposal TO throughline_backup;

CREATE TABLE rate_limit (
    key text NOT NULL,
    window_start timestamp with time zone NOT NULL,
    hits integer NOT NULL DEFAULT 1,
    CONSTRAINT rate_limit_pkey PRIMARY KEY (key, window_start),
);
CREATE INDEX rate_limit_age ON public.rate_limit USING btree (window_start);
GRANT DELETE, INSERT, SELECT, UPDATE ON rate_limit TO throughline_auth;
GRANT SELECT ON rate_limit TO throughline_backup;

CREATE TABLE request (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    number bigint NOT NULL,
    title text NOT NULL,
    brief text NOT NULL,
    priority text NOT NULL DEFAULT 'normal'::text,
    board_column text NOT NULL,
    position double precision NOT NULL,
    agent_id uuid,
    asked_by uuid NOT NULL,
    session_stream uuid NOT NULL,
    backstage_stream uuid NOT NULL,
    cycle_hours integer,
    revisions_used integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    due_at timestamp with time zone,
    done_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    form_key text,
    desk_unseen_since timestamp with time zone,
    desk_unseen_from text NOT NULL DEFAULT ''::text,
    client_unseen_since timestamp with time zone,
    client_unseen_from text NOT NULL DEFAULT ''::text,
    title_folded text GENERATED ALWAYS AS (search_fold(title)) STORED,
    brief_folded text GENERATED ALWAYS AS (search_fold(brief)) STORED,
    CONSTRAINT request_form_once UNIQUE (workspace_id, client_id, form_key),
    CONSTRAINT request_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT request_number_unique UNIQUE (workspace_id, client_id, number),
    CONSTRAINT request_pkey PRIMARY KEY (id),
    CONSTRAINT request_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES person(id),
    CONSTRAINT request_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT request_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT request_brief_length CHECK (length(brief) <= 50000),
    CONSTRAINT request_column CHECK (board_column = ANY (ARRAY['backlog'::text, 'up_next'::text, 'in_progress'::text, 'waiting'::text, 'review'::text, 'done'::text])),
    CONSTRAINT request_priority CHECK (priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text])),
    CONSTRAINT request_title_length CHECK (length(title) >= 1 AND length(title) <= 160),
);
CREATE INDEX request_by_backstage ON public.request USING btree (backstage_stream);
CREATE INDEX request_by_session ON public.request USING btree (session_stream);
CREATE INDEX request_client_unseen ON public.request USING btree (workspace_id, client_id, client_unseen_since) WHERE ((client_unseen_since IS NOT NULL) AND (withdrawn_at IS NULL));
CREATE INDEX request_desk_unseen ON public.request USING btree (workspace_id, desk_unseen_since) WHERE ((desk_unseen_since IS NOT NULL) AND (withdrawn_at IS NULL));
CREATE INDEX request_done ON public.request USING btree (workspace_id, done_at DESC) WHERE (board_column = 'done'::text);
CREATE INDEX request_due ON public.request USING btree (workspace_id, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX request_newest ON public.request USING btree (workspace_id, created_at DESC) WHERE (withdrawn_at IS NULL);
CREATE INDEX request_on_board ON public.request USING btree (workspace_id, client_id, board_column, "position") WHERE (withdrawn_at IS NULL);
CREATE INDEX request_open ON public.request USING btree (workspace_id, board_column, "position") WHERE ((board_column <> 'done'::text) AND (withdrawn_at IS NULL));
CREATE TRIGGER request_active_limit BEFORE INSERT OR UPDATE OF board_column, withdrawn_at ON public.request FOR EACH ROW EXECUTE FUNCTION request_hold_active_limit();
ALTER TABLE request FORCE ROW LEVEL SECURITY;
CREATE POLICY request_app ON request FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY request_backup ON request FOR SELECT TO throughline_backup USING true;
CREATE POLICY request_erasing ON request FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY request_jobs ON request FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON request TO throughline_app;
GRANT SELECT ON request TO throughline_backup;

CREATE TABLE review (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    verdict text NOT NULL,
    reason text NOT NULL DEFAULT ''::text,
    reviewed_by uuid NOT NULL,
    reviewed_at timestamp with time zone NOT NULL,
    CONSTRAINT review_pkey PRIMARY KEY (id),
    CONSTRAINT review_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES person(id),
    CONSTRAINT review_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT review_verdict CHECK (verdict = ANY (ARRAY['approved'::text, 'revision'::text])),
);
CREATE INDEX review_of_request ON public.review USING btree (workspace_id, client_id, request_id);
ALTER TABLE review FORCE ROW LEVEL SECURITY;
CREATE POLICY review_app ON review FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY review_backup ON review FOR SELECT TO throughline_backup USING true;
CREATE POLICY review_erasing ON review FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON review TO throughline_app;
GRANT SELECT ON review TO throughline_backup;

CREATE TABLE run (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    lease_holder text,
    lease_until timestamp with time zone,
    not_before timestamp with time zone NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    failure text,
    kept jsonb,
    parent_id uuid,
    task text,
    result text,
    elsewhere boolean NOT NULL DEFAULT false,
    trace_parent text,
    held_back jsonb,
    failure_reason text,
    CONSTRAINT run_in_request UNIQUE (workspace_id, client_id, request_id, id),
    CONSTRAINT run_pkey PRIMARY KEY (id),
    CONSTRAINT run_parent FOREIGN KEY (workspace_id, client_id, request_id, parent_id) REFERENCES run(workspace_id, client_id, request_id, id),
    CONSTRAINT run_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT run_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT run_ended CHECK ((state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'failed'::text])) = (ended_at IS NOT NULL)),
    CONSTRAINT run_lease_while_working CHECK ((state = 'working'::text) = (lease_until IS NOT NULL)),
    CONSTRAINT run_result CHECK (result IS NULL OR parent_id IS NOT NULL),
    CONSTRAINT run_state CHECK (state = ANY (ARRAY['queued'::text, 'working'::text, 'suspended'::text, 'completed'::text, 'cancelled'::text, 'failed'::text])),
    CONSTRAINT run_task CHECK ((parent_id IS NULL) = (task IS NULL)),
    CONSTRAINT run_trace_parent_check CHECK (octet_length(trace_parent) <= 55),
);
CREATE INDEX run_elsewhere ON public.run USING btree (id) WHERE elsewhere;
CREATE INDEX run_failed ON public.run USING btree (workspace_id, ended_at DESC) WHERE (state = 'failed'::text);
CREATE INDEX run_leased ON public.run USING btree (lease_until) WHERE (state = 'working'::text);
CREATE INDEX run_living ON public.run USING btree (workspace_id, queued_at) WHERE (state = ANY (ARRAY['queued'::text, 'working'::text, 'suspended'::text]));
CREATE INDEX run_of_agent ON public.run USING btree (workspace_id, agent_id, queued_at DESC);
CREATE INDEX run_of_parent ON public.run USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX run_of_request ON public.run USING btree (workspace_id, client_id, request_id, queued_at DESC);
CREATE UNIQUE INDEX run_one_living ON public.run USING btree (request_id) WHERE ((parent_id IS NULL) AND (state = ANY (ARRAY['queued'::text, 'working'::text, 'suspended'::text])));
CREATE UNIQUE INDEX run_one_of_a_task ON public.run USING btree (parent_id, agent_id, md5(task)) WHERE ((parent_id IS NOT NULL) AND (state <> ALL (ARRAY['cancelled'::text, 'failed'::text])));
CREATE INDEX run_queued ON public.run USING btree (not_before) WHERE (state = 'queued'::text);
CREATE INDEX run_working ON public.run USING btree (workspace_id, client_id) WHERE (state = 'working'::text);
CREATE TRIGGER run_arrows BEFORE UPDATE OF state ON public.run FOR EACH ROW EXECUTE FUNCTION run_hold_arrows();
CREATE TRIGGER run_entitlement BEFORE UPDATE OF state ON public.run FOR EACH ROW WHEN (((new.state = 'working'::text) AND (old.state <> 'working'::text))) EXECUTE FUNCTION run_hold_entitlement();
CREATE TRIGGER run_held_back BEFORE UPDATE OF kept, held_back ON public.run FOR EACH ROW EXECUTE FUNCTION run_share_held_back();
ALTER TABLE run FORCE ROW LEVEL SECURITY;
CREATE POLICY run_app ON run FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY run_auth ON run FOR SELECT TO throughline_auth USING true;
CREATE POLICY run_backup ON run FOR SELECT TO throughline_backup USING true;
CREATE POLICY run_erasing ON run FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY run_jobs ON run FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON run TO throughline_app;
GRANT SELECT ON run TO throughline_backup;

CREATE TABLE said (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    person_id uuid NOT NULL,
    message text NOT NULL,
    words bytea NOT NULL,
    said_at timestamp with time zone NOT NULL,
    CONSTRAINT said_pkey PRIMARY KEY (request_id, person_id, message),
    CONSTRAINT said_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
    CONSTRAINT said_workspace_id_client_id_request_id_fkey FOREIGN KEY (workspace_id, client_id, request_id) REFERENCES request(workspace_id, client_id, id),
    CONSTRAINT said_message CHECK (length(message) >= 1 AND length(message) <= 200),
);
ALTER TABLE said FORCE ROW LEVEL SECURITY;
CREATE POLICY said_app ON said FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY said_backup ON said FOR SELECT TO throughline_backup USING true;
CREATE POLICY said_erasing ON said FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT ON said TO throughline_app;
GRANT SELECT ON said TO throughline_backup;

CREATE TABLE session_fold (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    next_offset bigint NOT NULL,
    version integer NOT NULL,
    fold text NOT NULL,
    folded_at timestamp with time zone NOT NULL,
    CONSTRAINT session_fold_pkey PRIMARY KEY (workspace_id, stream_id),
    CONSTRAINT session_fold_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT session_fold_workspace_id_stream_id_fkey FOREIGN KEY (workspace_id, stream_id) REFERENCES stream(workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT session_fold_offset CHECK (next_offset > 0),
);
ALTER TABLE session_fold FORCE ROW LEVEL SECURITY;
CREATE POLICY session_fold_backup ON session_fold FOR SELECT TO throughline_backup USING true;
CREATE POLICY session_fold_scope ON session_fold FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id) WITH CHECK scope_admits(workspace_id, client_id);
GRANT INSERT, SELECT ON session_fold TO throughline_app;
GRANT SELECT ON session_fold TO throughline_backup;

CREATE TABLE sign_in (
    key bytea NOT NULL,
    person_id uuid,
    data jsonb NOT NULL,
    agent text NOT NULL DEFAULT ''::text,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_pkey PRIMARY KEY (key),
    CONSTRAINT sign_in_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
);
CREATE INDEX sign_in_expiry ON public.sign_in USING btree (expires_at);
CREATE INDEX sign_in_of_person ON public.sign_in USING btree (person_id);
ALTER TABLE sign_in FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in_auth ON sign_in FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY sign_in_backup ON sign_in FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON sign_in TO throughline_auth;
GRANT SELECT ON sign_in TO throughline_backup;

CREATE TABLE sign_up (
    form_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_up_pkey PRIMARY KEY (form_hash),
    CONSTRAINT sign_up_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED,
);
CREATE INDEX sign_up_age ON public.sign_up USING btree (created_at);
ALTER TABLE sign_up FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_up_auth ON sign_up FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY sign_up_backup ON sign_up FOR SELECT TO throughline_backup USING true;
GRANT DELETE, INSERT, SELECT ON sign_up TO throughline_auth;
GRANT SELECT ON sign_up TO throughline_backup;

CREATE TABLE spend (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    request_id uuid NOT NULL,
    run_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    key text NOT NULL,
    model text NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    micros bigint,
    at timestamp with time zone NOT NULL,
    CONSTRAINT spend_pkey PRIMARY KEY (run_id, key),
    CONSTRAINT spend_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT spend_workspace_id_client_id_request_id_run_id_fkey FOREIGN KEY (workspace_id, client_id, request_id, run_id) REFERENCES run(workspace_id, client_id, request_id, id),
    CONSTRAINT spend_cached CHECK (cached_tokens >= 0 AND cached_tokens <= input_tokens),
    CONSTRAINT spend_input CHECK (input_tokens >= 0),
    CONSTRAINT spend_key CHECK (length(key) >= 1 AND length(key) <= 200),
    CONSTRAINT spend_micros CHECK (micros >= 0),
    CONSTRAINT spend_model CHECK (length(model) <= 200),
    CONSTRAINT spend_output CHECK (output_tokens >= 0),
);
CREATE INDEX spend_of_agent ON public.spend USING btree (workspace_id, agent_id, at);
CREATE INDEX spend_of_client ON public.spend USING btree (workspace_id, client_id, at);
CREATE INDEX spend_of_workspace ON public.spend USING btree (workspace_id, at);
CREATE INDEX spend_without_price ON public.spend USING btree (workspace_id, model) WHERE (micros IS NULL);
ALTER TABLE spend FORCE ROW LEVEL SECURITY;
CREATE POLICY spend_app ON spend FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY spend_backup ON spend FOR SELECT TO throughline_backup USING true;
CREATE POLICY spend_erasing ON spend FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON spend TO throughline_app;
GRANT SELECT ON spend TO throughline_backup;

CREATE TABLE stream (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid,
    kind text NOT NULL,
    backstage boolean NOT NULL DEFAULT false,
    next_offset bigint NOT NULL DEFAULT 0,
    earliest_offset bigint NOT NULL DEFAULT 0,
    closed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    name text,
    content_type text,
    expires_at timestamp with time zone,
    ttl_seconds bigint,
    lapses_at timestamp with time zone,
    last_mark text,
    forked_from uuid,
    fork_offset bigint,
    fork_part bigint,
    deleted_at timestamp with time zone,
    buried_at timestamp with time zone,
    revision bigint NOT NULL DEFAULT 0,
    CONSTRAINT stream_id_key UNIQUE (id),
    CONSTRAINT stream_pkey PRIMARY KEY (workspace_id, id),
);
CREATE INDEX stream_fork_idx ON public.stream USING btree (forked_from) WHERE ((forked_from IS NOT NULL) AND (buried_at IS NULL));
CREATE INDEX stream_grave_idx ON public.stream USING btree (buried_at) WHERE (buried_at IS NOT NULL);
CREATE INDEX stream_mortal_idx ON public.stream USING btree (id) WHERE (((ttl_seconds IS NOT NULL) OR (expires_at IS NOT NULL)) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX stream_name_key ON public.stream USING btree (workspace_id, COALESCE(client_id, '00000000-0000-0000-0000-000000000000'::uuid), name) WHERE ((name IS NOT NULL) AND (buried_at IS NULL));
CREATE INDEX stream_named_since_idx ON public.stream USING btree (workspace_id, created_at) WHERE ((name IS NOT NULL) AND (deleted_at IS NULL));
CREATE TRIGGER stream_rules_of_a_change BEFORE UPDATE OF kind, name, earliest_offset, deleted_at, buried_at, ttl_seconds, expires_at, forked_from, fork_offset, fork_part ON public.stream FOR EACH ROW EXECUTE FUNCTION stream_rules();
CREATE TRIGGER stream_rules_of_a_new_row BEFORE INSERT ON public.stream FOR EACH ROW EXECUTE FUNCTION stream_rules();
ALTER TABLE stream FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_backup ON stream FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_engine ON stream FOR ALL TO throughline_sessions USING true WITH CHECK true;
CREATE POLICY stream_jobs ON stream FOR SELECT TO throughline_jobs USING true;
CREATE POLICY stream_scope ON stream FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND ((NOT backstage) OR scope_backstage())) WITH CHECK (scope_admits(workspace_id, client_id) AND ((NOT backstage) OR scope_backstage()));
GRANT INSERT, SELECT ON stream TO throughline_app;
GRANT SELECT ON stream TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream TO throughline_sessions;

CREATE TABLE stream_event (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    data text NOT NULL,
    bytes bytea,
    CONSTRAINT stream_event_pkey PRIMARY KEY (workspace_id, stream_id, seq),
    CONSTRAINT stream_event_seq_check CHECK (seq >= 0),
);
ALTER TABLE stream_event FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_event_backup ON stream_event FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_event_engine ON stream_event FOR ALL TO throughline_sessions USING true WITH CHECK true;
CREATE POLICY stream_event_scope ON stream_event FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND (EXISTS ( SELECT
   FROM stream s
  WHERE ((s.workspace_id = stream_event.workspace_id) AND (s.id = stream_event.stream_id))))) WITH CHECK ((workspace_id = scope_workspace()) AND (EXISTS ( SELECT
   FROM stream s
  WHERE ((s.workspace_id = stream_event.workspace_id) AND (s.id = stream_event.stream_id)))));
GRANT INSERT, SELECT ON stream_event TO throughline_app;
GRANT SELECT ON stream_event TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_event TO throughline_sessions;

CREATE TABLE stream_producer (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    producer text NOT NULL,
    epoch bigint NOT NULL,
    next_sequence bigint NOT NULL,
    CONSTRAINT stream_producer_pkey PRIMARY KEY (workspace_id, stream_id, producer),
    CONSTRAINT stream_producer_stream_fkey FOREIGN KEY (workspace_id, stream_id) REFERENCES stream(workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_producer_check CHECK (epoch >= 0 AND next_sequence >= 0),
);
ALTER TABLE stream_producer FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_producer_backup ON stream_producer FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_producer_engine ON stream_producer FOR ALL TO throughline_sessions USING true WITH CHECK true;
CREATE POLICY stream_producer_scope ON stream_producer FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND (EXISTS ( SELECT
   FROM stream s
  WHERE ((s.workspace_id = stream_producer.workspace_id) AND (s.id = stream_producer.stream_id))))) WITH CHECK ((workspace_id = scope_workspace()) AND (EXISTS ( SELECT
   FROM stream s
  WHERE ((s.workspace_id = stream_producer.workspace_id) AND (s.id = stream_producer.stream_id)))));
GRANT INSERT, SELECT ON stream_producer TO throughline_app;
GRANT SELECT ON stream_producer TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_producer TO throughline_sessions;

CREATE TABLE stream_signing_key (
    one boolean NOT NULL DEFAULT true,
    pkcs8 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT stream_signing_key_pkey PRIMARY KEY (one),
    CONSTRAINT stream_signing_key_one_check CHECK (one),
);
ALTER TABLE stream_signing_key FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_signing_key_backup ON stream_signing_key FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_signing_key_engine ON stream_signing_key FOR ALL TO throughline_sessions USING true WITH CHECK true;
GRANT SELECT ON stream_signing_key TO throughline_backup;
GRANT INSERT, SELECT ON stream_signing_key TO throughline_sessions;

CREATE TABLE stream_stored (
    workspace_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    first bigint NOT NULL,
    upto bigint NOT NULL,
    bytes bigint NOT NULL,
    revision bigint NOT NULL DEFAULT 0,
    CONSTRAINT stream_stored_pkey PRIMARY KEY (workspace_id, stream_id),
    CONSTRAINT stream_stored_stream_fkey FOREIGN KEY (workspace_id, stream_id) REFERENCES stream(workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_stored_check CHECK (0 <= first AND first <= upto AND bytes >= 0),
);
ALTER TABLE stream_stored FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_stored_backup ON stream_stored FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_stored_engine ON stream_stored FOR ALL TO throughline_sessions USING true WITH CHECK true;
GRANT SELECT ON stream_stored TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_stored TO throughline_sessions;

CREATE TABLE stream_subscription (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid,
    name text NOT NULL,
    webhook_url text,
    wake_stream text,
    pattern text,
    lease_ms bigint NOT NULL,
    description text,
    config text NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    matched_until timestamp with time zone NOT NULL,
    generation bigint NOT NULL DEFAULT 0,
    wake_id text,
    holder text,
    lease_until timestamp with time zone,
    deliver_at timestamp with time zone,
    failures integer NOT NULL DEFAULT 0,
    CONSTRAINT stream_subscription_id_key UNIQUE (id),
    CONSTRAINT stream_subscription_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT stream_subscription_kind_check CHECK ((webhook_url IS NULL) <> (wake_stream IS NULL)),
    CONSTRAINT stream_subscription_name_check CHECK (name <> ''::text AND octet_length(name) <= 1024),
    CONSTRAINT stream_subscription_wake_check CHECK (wake_id IS NOT NULL OR holder IS NULL AND lease_until IS NULL AND deliver_at IS NULL),
);
CREATE UNIQUE INDEX stream_subscription_name_key ON public.stream_subscription USING btree (workspace_id, COALESCE(client_id, '00000000-0000-0000-0000-000000000000'::uuid), name);
ALTER TABLE stream_subscription FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_subscription_backup ON stream_subscription FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_subscription_engine ON stream_subscription FOR ALL TO throughline_sessions USING true WITH CHECK true;
GRANT SELECT ON stream_subscription TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_subscription TO throughline_sessions;

CREATE TABLE stream_subscription_link (
    workspace_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    path text NOT NULL,
    explicit boolean NOT NULL,
    matched boolean NOT NULL,
    acked_offset bigint NOT NULL,
    CONSTRAINT stream_subscription_link_pkey PRIMARY KEY (workspace_id, subscription_id, path),
    CONSTRAINT stream_subscription_link_fkey FOREIGN KEY (workspace_id, subscription_id) REFERENCES stream_subscription(workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_subscription_link_check CHECK ((explicit OR matched) AND acked_offset >= 0),
);
CREATE INDEX stream_subscription_link_path_idx ON public.stream_subscription_link USING btree (workspace_id, path);
ALTER TABLE stream_subscription_link FORCE ROW LEVEL SECURITY;
CREATE POLICY stream_subscription_link_backup ON stream_subscription_link FOR SELECT TO throughline_backup USING true;
CREATE POLICY stream_subscription_link_engine ON stream_subscription_link FOR ALL TO throughline_sessions USING true WITH CHECK true;
GRANT SELECT ON stream_subscription_link TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON stream_subscription_link TO throughline_sessions;

CREATE TABLE subscription (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    name text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    billing_interval text NOT NULL,
    active_limit integer NOT NULL,
    cycle_hours integer NOT NULL,
    revisions integer,
    starts text NOT NULL,
    state text NOT NULL,
    started_at timestamp with time zone,
    period_start timestamp with time zone,
    period_end timestamp with time zone,
    paused_at timestamp with time zone,
    banked_seconds bigint NOT NULL DEFAULT 0,
    ended_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    anchor_day smallint NOT NULL DEFAULT 1,
    ends_with_period boolean NOT NULL DEFAULT false,
    pause_wanted_at timestamp with time zone,
    network text,
    next_offer jsonb,
    held_at timestamp with time zone,
    pricing jsonb,
    first_periods_left smallint NOT NULL DEFAULT 0,
    setup_fee_due boolean NOT NULL DEFAULT false,
    trial_days smallint,
    needs_card boolean NOT NULL DEFAULT false,
    trial_ends_at timestamp with time zone,
    discount jsonb,
    period_billed boolean,
    CONSTRAINT subscription_in_client UNIQUE (workspace_id, client_id, id),
    CONSTRAINT subscription_pkey PRIMARY KEY (id),
    CONSTRAINT subscription_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT subscription_workspace_id_offer_id_fkey FOREIGN KEY (workspace_id, offer_id) REFERENCES offer(workspace_id, id),
    CONSTRAINT subscription_active_limit CHECK (active_limit >= 1),
    CONSTRAINT subscription_anchor_day CHECK (anchor_day >= 1 AND anchor_day <= 31),
    CONSTRAINT subscription_banked CHECK (banked_seconds >= 0),
    CONSTRAINT subscription_first_periods CHECK (first_periods_left >= 0),
    CONSTRAINT subscription_state CHECK (state = ANY (ARRAY['awaiting_payment'::text, 'active'::text, 'paused'::text, 'ended'::text])),
    CONSTRAINT subscription_trial CHECK (trial_days >= 1 AND trial_days <= 365),
);
CREATE INDEX subscription_due ON public.subscription USING btree (period_end) WHERE (state = 'active'::text);
CREATE INDEX subscription_of_network ON public.subscription USING btree (workspace_id, network, created_at) WHERE (network IS NOT NULL);
CREATE INDEX subscription_of_workspace ON public.subscription USING btree (workspace_id, state);
CREATE UNIQUE INDEX subscription_one_living ON public.subscription USING btree (client_id) WHERE (state <> 'ended'::text);
CREATE INDEX subscription_pausing ON public.subscription USING btree (pause_wanted_at) WHERE (pause_wanted_at IS NOT NULL);
ALTER TABLE subscription FORCE ROW LEVEL SECURITY;
CREATE POLICY subscription_app ON subscription FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY subscription_backup ON subscription FOR SELECT TO throughline_backup USING true;
CREATE POLICY subscription_erasing ON subscription FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY subscription_jobs ON subscription FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON subscription TO throughline_app;
GRANT SELECT ON subscription TO throughline_backup;
GRANT SELECT ON subscription TO throughline_jobs;

CREATE TABLE subscription_pause (
    workspace_id uuid NOT NULL,
    client_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone,
    banked_seconds bigint NOT NULL,
    CONSTRAINT subscription_pause_pkey PRIMARY KEY (workspace_id, client_id, subscription_id, from_at),
    CONSTRAINT subscription_pause_workspace_id_client_id_subscription_id_fkey FOREIGN KEY (workspace_id, client_id, subscription_id) REFERENCES subscription(workspace_id, client_id, id),
    CONSTRAINT subscription_pause_banked CHECK (banked_seconds >= 0),
    CONSTRAINT subscription_pause_forward CHECK (to_at >= from_at),
);
CREATE UNIQUE INDEX subscription_pause_one_open ON public.subscription_pause USING btree (subscription_id) WHERE (to_at IS NULL);
ALTER TABLE subscription_pause FORCE ROW LEVEL SECURITY;
CREATE POLICY subscription_pause_app ON subscription_pause FOR ALL TO throughline_app USING scope_admits(workspace_id, client_id);
CREATE POLICY subscription_pause_backup ON subscription_pause FOR SELECT TO throughline_backup USING true;
CREATE POLICY subscription_pause_erasing ON subscription_pause FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON subscription_pause TO throughline_app;
GRANT SELECT ON subscription_pause TO throughline_backup;

CREATE TABLE tax_rate (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    country text NOT NULL,
    region text NOT NULL DEFAULT ''::text,
    kind text NOT NULL,
    name text NOT NULL,
    rate integer NOT NULL,
    CONSTRAINT tax_rate_pkey PRIMARY KEY (id),
    CONSTRAINT tax_rate_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT tax_rate_country CHECK (country ~ '^[A-Z]{2}$'::text),
    CONSTRAINT tax_rate_kind CHECK (kind = ANY (ARRAY['standard'::text, 'reduced'::text, 'zero'::text])),
    CONSTRAINT tax_rate_rate CHECK (rate >= 0 AND rate <= 100000),
);
CREATE UNIQUE INDEX tax_rate_once ON public.tax_rate USING btree (workspace_id, country, lower(region), kind);
ALTER TABLE tax_rate FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_rate_app ON tax_rate FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY tax_rate_read ON tax_rate FOR SELECT TO throughline_app USING (workspace_id = scope_workspace());
GRANT DELETE, INSERT, SELECT, UPDATE ON tax_rate TO throughline_app;

CREATE TABLE token (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    client_id uuid,
    agent_id uuid,
    name text NOT NULL,
    hash bytea NOT NULL,
    rights text[] NOT NULL,
    made_by uuid,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    request_id uuid,
    run_id uuid,
    attempt integer,
    CONSTRAINT token_hash_key UNIQUE (hash),
    CONSTRAINT token_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT token_pkey PRIMARY KEY (id),
    CONSTRAINT token_made_by_fkey FOREIGN KEY (made_by) REFERENCES person(id),
    CONSTRAINT token_of_run FOREIGN KEY (workspace_id, client_id, request_id, run_id) REFERENCES run(workspace_id, client_id, request_id, id),
    CONSTRAINT token_workspace_id_agent_id_fkey FOREIGN KEY (workspace_id, agent_id) REFERENCES agent(workspace_id, id),
    CONSTRAINT token_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT token_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT token_name_length CHECK (length(name) >= 1 AND length(name) <= 60),
    CONSTRAINT token_of_run_or_person CHECK ((run_id IS NULL) = (made_by IS NOT NULL) AND (run_id IS NULL) = (request_id IS NULL) AND (run_id IS NULL) = (attempt IS NULL) AND (run_id IS NULL OR agent_id IS NOT NULL AND client_id IS NOT NULL)),
    CONSTRAINT token_rights CHECK (rights <@ '{work,read,write,dangerous}'::text[] AND cardinality(rights) > 0 AND ('work'::text = ANY (rights)) = (agent_id IS NOT NULL)),
);
CREATE INDEX token_by_run ON public.token USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX token_of_workspace ON public.token USING btree (workspace_id, created_at DESC);
ALTER TABLE token FORCE ROW LEVEL SECURITY;
CREATE POLICY token_app ON token FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY token_app_of_run ON token FOR ALL TO throughline_app USING ((run_id IS NOT NULL) AND scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY token_auth ON token FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY token_backup ON token FOR SELECT TO throughline_backup USING true;
CREATE POLICY token_erasing ON token FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON token TO throughline_app;
GRANT SELECT, UPDATE ON token TO throughline_auth;
GRANT SELECT ON token TO throughline_backup;

CREATE TABLE token_call (
    workspace_id uuid NOT NULL,
    token_id uuid NOT NULL,
    key text NOT NULL,
    client_id uuid,
    asked bytea NOT NULL,
    answer jsonb NOT NULL,
    called_at timestamp with time zone NOT NULL,
    CONSTRAINT token_call_pkey PRIMARY KEY (workspace_id, token_id, key),
    CONSTRAINT token_call_workspace_id_client_id_fkey FOREIGN KEY (workspace_id, client_id) REFERENCES client(workspace_id, id),
    CONSTRAINT token_call_workspace_id_token_id_fkey FOREIGN KEY (workspace_id, token_id) REFERENCES token(workspace_id, id),
    CONSTRAINT token_call_key CHECK (length(key) >= 1 AND length(key) <= 200),
);
CREATE INDEX token_call_age ON public.token_call USING btree (called_at);
ALTER TABLE token_call FORCE ROW LEVEL SECURITY;
CREATE POLICY token_call_app ON token_call FOR ALL TO throughline_app USING (scope_admits(workspace_id, client_id) AND scope_backstage());
CREATE POLICY token_call_auth ON token_call FOR SELECT TO throughline_auth USING true;
CREATE POLICY token_call_backup ON token_call FOR SELECT TO throughline_backup USING true;
CREATE POLICY token_call_erasing ON token_call FOR DELETE TO throughline_app USING client_erasing(workspace_id, client_id);
CREATE POLICY token_call_jobs ON token_call FOR DELETE TO throughline_jobs USING true;
CREATE POLICY token_call_jobs_age ON token_call FOR SELECT TO throughline_jobs USING true;
GRANT DELETE, INSERT, SELECT, UPDATE ON token_call TO throughline_app;
GRANT SELECT ON token_call TO throughline_backup;
GRANT DELETE ON token_call TO throughline_jobs;

CREATE TABLE webhook (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    key_id text NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    failing_since timestamp with time zone,
    removed_at timestamp with time zone,
    CONSTRAINT webhook_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT webhook_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
    CONSTRAINT webhook_events CHECK (cardinality(events) > 0),
    CONSTRAINT webhook_url CHECK (length(url) >= 1 AND length(url) <= 2000),
);
CREATE INDEX webhook_of_workspace ON public.webhook USING btree (workspace_id, created_at);
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
CREATE POLICY webhook_app ON webhook FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY webhook_backup ON webhook FOR SELECT TO throughline_backup USING true;
CREATE POLICY webhook_jobs ON webhook FOR ALL TO throughline_jobs USING true WITH CHECK true;
GRANT INSERT, SELECT, UPDATE ON webhook TO throughline_app;
GRANT SELECT ON webhook TO throughline_backup;

CREATE TABLE webhook_delivery (
    workspace_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'queued'::text,
    attempts integer NOT NULL DEFAULT 0,
    not_before timestamp with time zone NOT NULL,
    status integer,
    answer text NOT NULL DEFAULT ''::text,
    tried_at timestamp with time zone,
    CONSTRAINT webhook_delivery_pkey PRIMARY KEY (webhook_id, event_id),
    CONSTRAINT webhook_delivery_workspace_id_event_id_fkey FOREIGN KEY (workspace_id, event_id) REFERENCES webhook_event(workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT webhook_delivery_workspace_id_webhook_id_fkey FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhook(workspace_id, id),
    CONSTRAINT webhook_delivery_state CHECK (state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])),
);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (not_before) WHERE (state = 'queued'::text);
CREATE INDEX webhook_delivery_of_event ON public.webhook_delivery USING btree (workspace_id, event_id);
ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY webhook_delivery_app ON webhook_delivery FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY webhook_delivery_backup ON webhook_delivery FOR SELECT TO throughline_backup USING true;
CREATE POLICY webhook_delivery_jobs ON webhook_delivery FOR ALL TO throughline_jobs USING true WITH CHECK true;
GRANT INSERT, SELECT, UPDATE ON webhook_delivery TO throughline_app;
GRANT SELECT ON webhook_delivery TO throughline_backup;
GRANT DELETE, INSERT, SELECT, UPDATE ON webhook_delivery TO throughline_jobs;

CREATE TABLE webhook_event (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    spread boolean NOT NULL DEFAULT false,
    CONSTRAINT webhook_event_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT webhook_event_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_event_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(id),
);
CREATE INDEX webhook_event_of_workspace ON public.webhook_event USING btree (workspace_id, at);
CREATE INDEX webhook_event_unspread ON public.webhook_event USING btree (at) WHERE (NOT spread);
ALTER TABLE webhook_event FORCE ROW LEVEL SECURITY;
CREATE POLICY webhook_event_app ON webhook_event FOR ALL TO throughline_app USING ((workspace_id = scope_workspace()) AND scope_wide());
CREATE POLICY webhook_event_backup ON webhook_event FOR SELECT TO throughline_backup USING true;
CREATE POLICY webhook_event_jobs ON webhook_event FOR ALL TO throughline_jobs USING true WITH CHECK true;
CREATE POLICY webhook_event_write ON webhook_event FOR INSERT TO throughline_app WITH CHECK (workspace_id = scope_workspace());
GRANT INSERT, SELECT, UPDATE ON webhook_event TO throughline_app;
GRANT SELECT ON webhook_event TO throughline_backup;
GRANT DELETE ON webhook_event TO throughline_jobs;

CREATE TABLE workspace (
    id uuid NOT NULL,
    name text NOT NULL,
    host text,
    tagline text NOT NULL DEFAULT ''::text,
    promise text NOT NULL DEFAULT ''::text,
    zone text NOT NULL DEFAULT 'UTC'::text,
    currency text NOT NULL DEFAULT 'USD'::text,
    calendar jsonb NOT NULL DEFAULT '{}'::jsonb,
    line_light text,
    line_dark text,
    terms text NOT NULL DEFAULT ''::text,
    sender text NOT NULL DEFAULT ''::text,
    bill_from text NOT NULL DEFAULT ''::text,
    next_invoice_number bigint NOT NULL DEFAULT 1,
    desk_stream uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    bill_sender jsonb,
    unpaid_of_a_network integer NOT NULL DEFAULT 2,
    next_credit_number bigint NOT NULL DEFAULT 1,
    locale text,
    excess_by_card text NOT NULL DEFAULT 'refund'::text,
    excess_by_bank text NOT NULL DEFAULT 'balance'::text,
    chasing jsonb,
    tax jsonb,
    CONSTRAINT workspace_host_unique UNIQUE (host),
    CONSTRAINT workspace_pkey PRIMARY KEY (id),
    CONSTRAINT workspace_excess_by_bank CHECK (excess_by_bank = ANY (ARRAY['refund'::text, 'balance'::text])),
    CONSTRAINT workspace_excess_by_card CHECK (excess_by_card = ANY (ARRAY['refund'::text, 'balance'::text])),
    CONSTRAINT workspace_locale CHECK (locale = ANY (ARRAY['en-US'::text, 'en-GB'::text])),
    CONSTRAINT workspace_name_length CHECK (length(name) >= 1 AND length(name) <= 80),
    CONSTRAINT workspace_unpaid_of_a_network CHECK (unpaid_of_a_network >= 0),
);
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_app ON workspace FOR ALL TO throughline_app USING (id = scope_workspace()) WITH CHECK (id = scope_workspace());
CREATE POLICY workspace_auth ON workspace FOR ALL TO throughline_auth USING true WITH CHECK true;
CREATE POLICY workspace_backup ON workspace FOR SELECT TO throughline_backup USING true;
CREATE POLICY workspace_jobs ON workspace FOR SELECT TO throughline_jobs USING true;
GRANT SELECT, UPDATE ON workspace TO throughline_app;
GRANT INSERT, SELECT, UPDATE ON workspace TO throughline_auth;
GRANT SELECT ON workspace TO throughline_backup;
GRANT SELECT ON workspace TO throughline_jobs;

CREATE OR REPLACE FUNCTION public.backup_admit()
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
    found record;
BEGIN
    -- Servers that start together take turns.
    PERFORM pg_advisory_xact_lock(hashtext('throughline backup_admit'));
    FOR found IN
        SELECT c.oid, c.relname, c.relname || '_backup' AS policy, c.relrowsecurity
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_has_role(current_user, c.relowner, 'USAGE')
    LOOP
        IF NOT has_table_privilege('throughline_backup', found.oid, 'SELECT') THEN
            EXECUTE format('GRANT SELECT ON public.%I TO throughline_backup', found.relname);
        END IF;
        IF found.relrowsecurity AND NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = found.oid AND p.polname = found.policy) THEN
            EXECUTE format('CREATE POLICY %I ON public.%I FOR SELECT TO throughline_backup USING (true)',
                found.policy, found.relname);
        END IF;
    END LOOP;
END $function$
;

CREATE OR REPLACE FUNCTION public.client_erasing(workspace uuid, client uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$ SELECT EXISTS (SELECT FROM client_erasure e
                  WHERE e.workspace_id = workspace AND e.client_id = client AND e.begun_at IS NOT NULL) $function$
;

CREATE OR REPLACE FUNCTION public.cost_of(input bigint, cached bigint, output bigint, input_price bigint, cached_price bigint, output_price bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
    SELECT least(ceil((greatest(input - cached, 0)::numeric * input_price + cached::numeric * cached_price
        + output::numeric * output_price) / 1000000), 9000000000000000)::bigint
$function$
;

CREATE OR REPLACE FUNCTION public.request_hold_active_limit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE allowed integer; taken integer;
BEGIN
    IF NOT request_is_active(NEW.board_column) OR NEW.withdrawn_at IS NOT NULL THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND request_is_active(OLD.board_column) AND OLD.withdrawn_at IS NULL THEN RETURN NEW; END IF;
    SELECT active_limit INTO allowed FROM subscription
        WHERE client_id = NEW.client_id AND workspace_id = NEW.workspace_id AND state <> 'ended' FOR UPDATE;
    IF allowed IS NULL THEN
        RAISE EXCEPTION 'no subscription to work under' USING ERRCODE = 'check_violation', CONSTRAINT = 'request_needs_subscription';
    END IF;
    SELECT count(*) INTO taken FROM request
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id AND id <> NEW.id
          AND request_is_active(board_column) AND withdrawn_at IS NULL;
    IF taken >= allowed THEN
        RAISE EXCEPTION '% of % places taken', taken, allowed USING ERRCODE = 'check_violation', CONSTRAINT = 'request_active_limit';
    END IF;
    RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION public.request_is_active(board_column text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT board_column IN ('in_progress', 'waiting', 'review') $function$
;

CREATE OR REPLACE FUNCTION public.run_hold_arrows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF OLD.state = NEW.state THEN RETURN NEW; END IF;
    IF (OLD.state, NEW.state) IN (
        ('queued', 'working'), ('queued', 'cancelled'),
        ('working', 'suspended'), ('suspended', 'working'),
        ('working', 'queued'), ('suspended', 'queued'), ('suspended', 'cancelled'),
        ('working', 'completed'), ('working', 'cancelled'), ('working', 'failed')
    ) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a run does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'run_arrows';
END $function$
;

CREATE OR REPLACE FUNCTION public.run_hold_entitlement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM FROM subscription
        WHERE workspace_id = NEW.workspace_id AND client_id = NEW.client_id AND state = 'active' AND held_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active subscription to work under'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_needs_subscription';
    END IF;
    RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION public.run_share_held_back()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    parts constant text[] := ARRAY['attempt', 'session', 'backstage'];
BEGIN
    IF NEW.held_back IS DISTINCT FROM OLD.held_back THEN
        IF NEW.kept IS NULL OR NEW.kept ?& parts THEN
            NEW.kept := NEW.held_back;
        END IF;
    ELSIF NEW.kept IS DISTINCT FROM OLD.kept AND NEW.kept ?& parts THEN
        NEW.held_back := NEW.kept;
    END IF;
    RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION public.scope_admits(workspace uuid, client uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT workspace = nullif(current_setting('app.workspace_id', true), '')::uuid
      AND (current_setting('app.client_id', true) = '*'
           OR client = nullif(nullif(current_setting('app.client_id', true), ''), '*')::uuid) $function$
;

CREATE OR REPLACE FUNCTION public.scope_backstage()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT coalesce(current_setting('app.backstage', true), '') = 'on' $function$
;

CREATE OR REPLACE FUNCTION public.scope_client()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT nullif(nullif(current_setting('app.client_id', true), ''), '*')::uuid $function$
;

CREATE OR REPLACE FUNCTION public.scope_wide()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT coalesce(current_setting('app.client_id', true), '') = '*' $function$
;

CREATE OR REPLACE FUNCTION public.scope_workspace()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ SELECT nullif(current_setting('app.workspace_id', true), '')::uuid $function$
;

CREATE OR REPLACE FUNCTION public.search_fold(typed text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$ SELECT translate(
       replace(replace(replace(replace(
           lower(regexp_replace(normalize(typed, NFKD), '[\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u20D0-\u20FF\u2060\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF]', '', 'g')),
           'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
       'øłđðħıŧς', 'olddhitσ') $function$
;

CREATE OR REPLACE FUNCTION public.stream_moved()
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'a stream is not as remembered' USING ERRCODE = 'TL001';
END
$function$
;

CREATE OR REPLACE FUNCTION public.stream_rules()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
END $function$
;

CREATE OR REPLACE FUNCTION public.within_bigint(amount numeric)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT least(greatest(amount, -9000000000000000), 9000000000000000)::bigint
$function$
;

