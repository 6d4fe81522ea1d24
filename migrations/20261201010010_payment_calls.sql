-- What the provider was called with, word for word: a call that was cut off is made again with the same key and the same words.
-- Null once it was answered. `lease_until` is when whoever looks after attempts looks at this one again.
ALTER TABLE payment_attempt ADD COLUMN call jsonb;
