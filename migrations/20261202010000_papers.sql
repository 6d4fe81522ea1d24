-- A mail may carry a paper: an invoice, a credit note or a receipt, drawn as a PDF when it is sent. Which one is kept, not
-- its bytes: the same paper is the same bytes. Mails of an older version carry none.
ALTER TABLE mail
    ADD COLUMN paper text,
    ADD COLUMN paper_id uuid,
    ADD CONSTRAINT mail_paper CHECK (paper IN ('invoice', 'credit_note', 'receipt')),
    ADD CONSTRAINT mail_paper_is_named CHECK ((paper IS NULL) = (paper_id IS NULL));
