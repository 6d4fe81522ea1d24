-- What was packed for a client to download goes when the client is erased (domain::erasures), as its other rows do.
GRANT DELETE ON client_export TO throughline_app;
CREATE POLICY client_export_erasing ON client_export AS RESTRICTIVE FOR DELETE TO throughline_app
    USING (client_erasing(workspace_id, client_id));
