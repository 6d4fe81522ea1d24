-- A client may keep more or less than the install's usual: files, deliverables and notes (domain/src/files/quota.rs). In bytes;
-- null: the usual.
ALTER TABLE client ADD COLUMN files_bytes bigint
    CONSTRAINT client_files_bytes CHECK (files_bytes > 0);
