-- What a subscription changes to with its next period: the offer's id, name and terms as they were agreed
-- (domain::billing::NextOffer). Null: it goes on as it is.
ALTER TABLE subscription ADD COLUMN next_offer jsonb;
