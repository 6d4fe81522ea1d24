-- By what a program that asks again finds the question that it has asked already (domain::approvals::commands::ask_once): the
-- same thing has the same key, kept as its SHA-256.
ALTER TABLE approval ADD COLUMN key bytea;
