-- What people type into a search has no accents, and one system's é is two characters of another's. So texts are looked
-- through as they read without marks and case. `unaccent` would need contrib on the database's machine and a right to
-- create extensions; this is Postgres alone. It must be immutable, since columns are generated from it.
CREATE FUNCTION search_fold(typed text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT translate(
       replace(replace(replace(replace(
           lower(regexp_replace(normalize(typed, NFKD), '[\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u20D0-\u20FF\u2060\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF]', '', 'g')),
           'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
       'øłđðħıŧς', 'olddhitσ') $$;

-- Titles, briefs and names as they are searched, kept beside them whoever writes them.
ALTER TABLE request
    ADD COLUMN title_folded text GENERATED ALWAYS AS (search_fold(title)) STORED,
    ADD COLUMN brief_folded text GENERATED ALWAYS AS (search_fold(brief)) STORED;
ALTER TABLE client
    ADD COLUMN name_folded text GENERATED ALWAYS AS (search_fold(name)) STORED;
-- A note's words without accents, beside those with them: English stems are cut from whole words.
ALTER TABLE note
    ADD COLUMN words_folded tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', search_fold(translate(path, '/._-', '    '))), 'A')
        || setweight(to_tsvector('simple', search_fold(translate(path, '/._-', '    '))), 'A')
        || setweight(to_tsvector('english', search_fold(body)), 'B')
        || setweight(to_tsvector('simple', search_fold(body)), 'B')) STORED;
CREATE INDEX note_words_folded ON note USING gin (words_folded);
