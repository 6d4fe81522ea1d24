-- A person who belongs to nothing in this install any more goes with the client (domain::erasures); one who has a place
-- somewhere cannot be deleted.
GRANT DELETE ON person TO throughline_auth;
CREATE POLICY person_without_a_place ON person AS RESTRICTIVE FOR DELETE TO throughline_auth
    USING (NOT EXISTS (SELECT FROM membership m WHERE m.person_id = person.id));
