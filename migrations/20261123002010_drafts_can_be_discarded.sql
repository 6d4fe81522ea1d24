-- A draft that nobody wants is thrown away (domain::billing::commands::discard). What has a number never is.
GRANT DELETE ON invoice TO throughline_app;
CREATE POLICY invoice_delete_drafts ON invoice AS RESTRICTIVE FOR DELETE TO throughline_app
    USING (state = 'draft' AND scope_wide());
