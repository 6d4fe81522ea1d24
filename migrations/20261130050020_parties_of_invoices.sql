-- Who bills and who is billed, in the parts that the law asks for (domain::billing::{Sender, Recipient}). The texts
-- bill_from and bill_to stay what is printed, and what stands there alone where nobody has said the parts yet.
ALTER TABLE workspace ADD COLUMN bill_sender jsonb;
ALTER TABLE client ADD COLUMN bill_details jsonb;
-- Where a client's invoices are mailed to; empty: to its people who see to bills.
ALTER TABLE client ADD COLUMN bill_email text NOT NULL DEFAULT '';

-- An invoice that says less than the law wants waits as a draft and goes out by itself when that is mended.
ALTER TABLE invoice ADD COLUMN issue_when_complete boolean NOT NULL DEFAULT false
    CONSTRAINT invoice_waits_as_draft CHECK (NOT issue_when_complete OR state = 'draft');
CREATE INDEX invoice_held_back ON invoice (workspace_id, client_id) WHERE issue_when_complete;
-- When it went out by mail; null where nobody was there to send it to.
ALTER TABLE invoice ADD COLUMN mailed_at timestamptz;
UPDATE invoice SET mailed_at = issued_at;

-- How many newcomers of one network are worked for before they have paid (domain::billing::commands::newcomer).
ALTER TABLE workspace ADD COLUMN unpaid_of_a_network integer NOT NULL DEFAULT 2
    CONSTRAINT workspace_unpaid_of_a_network CHECK (unpaid_of_a_network >= 0);
