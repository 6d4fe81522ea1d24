//! The rule that lets an older version work on a newer database: a migration adds, and takes nothing away.

use super::{MIGRATIONS, ahead::CONTRACT};

/// Before the first release there was no older version.
const FIRST_RELEASE: i64 = 20_261_130_000_000;

/// Statements of a migration, without comments, in capitals and with single spaces; bodies of functions are one with theirs.
fn statements(sql: &str) -> Vec<String> {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ");
    let (mut all, mut current) = (Vec::new(), String::new());
    for (at, part) in text.split("$$").enumerate() {
        // Every second part is a function's body.
        if at % 2 == 1 {
            current.push_str("$$");
            continue;
        }
        let mut pieces = part.split(';');
        current.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            all.push(std::mem::replace(&mut current, piece.to_owned()));
        }
    }
    all.push(current);
    let tidy = all.iter().map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase());
    tidy.filter(|one| !one.is_empty()).collect()
}

/// Why an older version could not work after a statement.
fn complaint(statement: &str) -> Option<&'static str> {
    let has = |words: &str| format!(" {statement} ").contains(&format!(" {words} "));
    let drops = ["TABLE", "COLUMN", "FUNCTION", "VIEW", "TYPE", "SCHEMA", "ROLE", "DEFAULT"];
    if drops.iter().any(|what| has(&format!("DROP {what}"))) {
        return Some("drops what an older version uses");
    }
    if has("RENAME") {
        return Some("renames what an older version uses");
    }
    if has("REVOKE") {
        return Some("takes a right away");
    }
    if has("SET NOT NULL") {
        return Some("asks for what an older version does not write");
    }
    if statement.starts_with("ALTER TABLE") && (has("TYPE") && has("ALTER COLUMN")) {
        return Some("changes what an older version reads");
    }
    let adds = statement.starts_with("ALTER TABLE").then(|| statement.split("ADD COLUMN").skip(1))?;
    adds.into_iter()
        .map(|column| column.split(", ADD ").next().unwrap_or(column))
        .any(|column| {
            column.contains("NOT NULL") && !column.contains("DEFAULT") && !column.contains("GENERATED")
        })
        .then_some("asks for what an older version does not write")
}

#[test]
fn a_migration_takes_nothing_away_from_an_older_version() {
    for migration in MIGRATIONS.iter().filter(|migration| migration.version >= FIRST_RELEASE) {
        if migration.description.starts_with(CONTRACT) {
            continue;
        }
        for statement in statements(migration.sql.as_str()) {
            if let Some(why) = complaint(&statement) {
                panic!(
                    "{} {why}: {statement}\nIn two releases: the first no longer uses it, the second takes it away in a migration \
                     named contract_….",
                    migration.version
                );
            }
        }
    }
}

#[test]
fn what_takes_away_is_noticed() {
    for sql in [
        "ALTER TABLE run DROP COLUMN trace_parent;",
        "DROP TABLE run",
        "alter table run rename column a to b;",
        "-- fine\nALTER TABLE run ADD COLUMN a text NOT NULL;",
        "ALTER TABLE run ADD COLUMN a text, ADD COLUMN b text NOT NULL, ADD COLUMN c int NOT NULL DEFAULT 1;",
        "ALTER TABLE run ALTER COLUMN a TYPE bigint",
        "ALTER TABLE run ALTER COLUMN a SET NOT NULL",
        "REVOKE SELECT ON run FROM throughline_app",
    ] {
        assert!(statements(sql).iter().any(|statement| complaint(statement).is_some()), "{sql}");
    }
}

#[test]
fn what_adds_is_let_through() {
    for sql in [
        "ALTER TABLE run ADD COLUMN a text, ADD COLUMN b int NOT NULL DEFAULT 0;",
        "CREATE TABLE a (b text NOT NULL); GRANT SELECT ON a TO throughline_app;",
        "CREATE FUNCTION a() RETURNS void LANGUAGE sql AS $$ DROP TABLE b; REVOKE x $$; CREATE INDEX c ON d (e);",
        "-- DROP TABLE of a comment\nUPDATE run SET a = 1",
        "ALTER TABLE a DROP CONSTRAINT b; ALTER TABLE a ADD CONSTRAINT b CHECK (c IN (1, 2, 3));",
    ] {
        for statement in statements(sql) {
            assert_eq!(complaint(&statement), None, "{statement}");
        }
    }
}
