-- A question that an agent asks the operators is internal: without the backstage scope its row is not there.
DROP POLICY approval_app ON approval;
CREATE POLICY approval_app ON approval TO throughline_app
    USING (scope_admits(workspace_id, client_id) AND (audience = 'client' OR scope_backstage()));
