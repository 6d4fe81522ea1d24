-- The product deletes a client's rows only while that client is being erased; the database holds it to that. Every table
-- with rows of a client's is here, or its rows go with those of another (domain::erasures has the order, its test the list).
CREATE FUNCTION client_erasing(workspace uuid, client uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM client_erasure e
                  WHERE e.workspace_id = workspace AND e.client_id = client AND e.begun_at IS NOT NULL) $$;

DO $$
DECLARE of_client text;
BEGIN
    FOREACH of_client IN ARRAY ARRAY[
        'agent', 'approval', 'control', 'credit_note', 'cycle_span', 'deliverable', 'deliverable_version', 'invitation',
        'membership', 'note', 'note_version', 'proposal', 'request', 'review', 'run', 'said', 'spend', 'subscription',
        'subscription_pause', 'token', 'token_call'] LOOP
        EXECUTE format('GRANT DELETE ON %I TO throughline_app', of_client);
        EXECUTE format('CREATE POLICY %I ON %I AS RESTRICTIVE FOR DELETE TO throughline_app
            USING (client_erasing(workspace_id, client_id))', of_client || '_erasing', of_client);
    END LOOP;
END $$;

-- Files are deleted by who added them as well, so that for them the product's own rules decide.
GRANT DELETE ON file TO throughline_app;

-- Entries that older versions wrote without saying whose they are go by the client's name.
GRANT DELETE ON audit TO throughline_app;
CREATE POLICY audit_erasing ON audit AS RESTRICTIVE FOR DELETE TO throughline_app
    USING (client_erasing(workspace_id, client_id) OR client_id IS NULL AND EXISTS (
        SELECT FROM client_erasure e JOIN client c ON c.workspace_id = e.workspace_id AND c.id = e.client_id
        WHERE e.workspace_id = audit.workspace_id AND e.begun_at IS NOT NULL AND e.done_at IS NULL AND c.name = audit.target));

-- Invoices outlive the client by as long as the law wants them, and then go as well.
DROP POLICY invoice_delete_drafts ON invoice;
CREATE POLICY invoice_delete_drafts ON invoice AS RESTRICTIVE FOR DELETE TO throughline_app
    USING ((state = 'draft' AND scope_wide()) OR client_erasing(workspace_id, client_id));
