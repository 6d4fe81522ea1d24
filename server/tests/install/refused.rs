//! What is refused with words, before anything is written.

use std::fs;

use sqlx::PgPool;

use super::drill::Furnished;
use super::place::{PASSPHRASE, TestFolder, bent, ended};

#[sqlx::test(migrations = "../migrations")]
async fn a_backup_that_is_not_whole_or_not_ours_changes_nothing(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let whole = from.place.file("whole.backup");
    let name = whole.to_str().unwrap();
    from.place
        .run(Some(&from.url), &["backup", name])
        .await
        .refused(&["THROUGHLINE_PASSPHRASE", "--without-key"]);
    let mut short = from.place.command(Some(&from.url), &["backup", name]);
    short.env("THROUGHLINE_PASSPHRASE", "short");
    ended(short).await.refused(&["10 characters or more"]);
    assert!(!whole.exists());
    let words = from.place.file("words");
    fs::write(&words, format!("{PASSPHRASE}\n")).unwrap();
    let words = words.to_str().unwrap();
    from.place.run(Some(&from.url), &["backup", name, "--passphrase-file", words]).await.well();
    from.place.run_with_passphrase(Some(&from.url), &["backup", name]).await.refused(&["whole.backup"]);

    let there = TestFolder::new();
    let restore = async |name: &str| there.run_with_passphrase(None, &["restore", name]).await;
    let bad = from.place.file("bad.backup");
    let bad_name = bad.to_str().unwrap();
    let length = usize::try_from(fs::metadata(&whole).unwrap().len()).unwrap();
    for at in [600, length / 3, length / 2, length - 1_500] {
        bent(&whole, &bad, |bytes| bytes[at] ^= 0x10);
        restore(bad_name).await.refused(&["bad.backup cannot be used: it is damaged"]);
        there.run(None, &["backup", "--check", bad_name]).await.refused(&["it is damaged"]);
    }
    for length in [length / 2, length - 700] {
        bent(&whole, &bad, |bytes| bytes.truncate(length));
        restore(bad_name).await.refused(&["it is cut off"]);
    }
    fs::write(&bad, "PGDMP and the like").unwrap();
    restore(bad_name).await.refused(&["it is no backup of Throughline"]);
    restore("/nowhere/at/all").await.refused(&["/nowhere/at/all cannot be used"]);

    there.run(None, &["restore", name]).await.refused(&["THROUGHLINE_PASSPHRASE"]);
    let mut wrong = there.command(None, &["restore", name]);
    wrong.env("THROUGHLINE_PASSPHRASE", "another one altogether");
    ended(wrong).await.refused(&["The passphrase does not open the master key of this backup"]);
    let mut others = there.command(None, &["restore", name]);
    others
        .env("THROUGHLINE_PASSPHRASE", PASSPHRASE)
        .env("THROUGHLINE_SECRET_KEY", format!("{}A", "q".repeat(42)));
    ended(others).await.refused(&["do not open what is sealed in the backup"]);
    assert!(!there.data().exists(), "nothing was begun");

    // A server that was started and used by nobody is empty still.
    there.run(None, &["migrate"]).await.well();
    restore(name).await.well();
    restore(name).await.refused(&["somebody's data in this install already"]);
}

/// A row that a foreign key refuses stands for whatever may go wrong in the middle.
#[sqlx::test(migrations = "../migrations")]
async fn a_restore_that_is_broken_off_says_so_and_can_be_begun_again(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let file = from.place.file("whole.backup");
    let name = file.to_str().unwrap();
    from.place.run(Some(&from.url), &["backup", name, "--without-key"]).await.well();
    let there = TestFolder::new();
    // The store's folder cannot be made: it is broken off after the schema was.
    fs::create_dir_all(there.data()).unwrap();
    let blocked = there.data().join("files");
    fs::create_dir_all(&blocked).unwrap();
    fs::write(blocked.join(from.workspace.to_string()), "in the way").unwrap();
    let broken = there.run(None, &["restore", name]).await;
    assert_eq!(broken.code, Some(1), "{}", broken.words);
    for command in ["serve", "migrate", "demo"] {
        there.run(None, &[command]).await.refused(&["was broken off", "Run `throughline restore` again"]);
    }
    there.run(None, &["doctor"]).await.refused(&["was broken off"]);

    fs::remove_file(blocked.join(from.workspace.to_string())).unwrap();
    let said = there.run(None, &["restore", name]).await.well();
    assert!(said.contains("master key"), "{said}");
    there.run(None, &["migrate"]).await.well();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_that_the_store_has_lost_is_told(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let sha256: String =
        sqlx::query_scalar("SELECT sha256 FROM file WHERE bytes = 512").fetch_one(&from.pool).await.unwrap();
    let lost = from.place.data().join("files").join(from.workspace.to_string()).join(&sha256);
    fs::remove_file(lost).unwrap();
    let file = from.place.file("whole.backup");
    let name = file.to_str().unwrap();
    from.place
        .run(Some(&from.url), &["backup", name, "--without-key"])
        .await
        .refused(&["1 of the files that the database names are not in the file store", &sha256]);
    from.place.run(None, &["backup", "--check", name]).await.refused(&[&sha256]);
    TestFolder::new().run(None, &["restore", name]).await.well();
}

/// Who can reach the portal is said, and what does not work there without mail.
#[tokio::test]
async fn doctor_says_who_can_reach_the_portal_and_that_no_mail_is_sent() {
    let folder = TestFolder::new();
    let alone = folder.run(None, &["doctor"]).await.words;
    assert!(alone.contains("only this machine can reach the portal"), "{alone}");
    assert!(alone.contains("/dev/outbox") && !alone.contains("no mail is sent"), "{alone}");
    let mut command = folder.command(None, &["doctor"]);
    command.env("THROUGHLINE_PUBLIC_URL", "https://portal.example").env_remove("THROUGHLINE_SMTP_URL");
    let open = ended(command).await.words;
    assert!(open.contains("other machines can reach the portal"), "{open}");
    assert!(open.contains("no mail is sent") && open.contains("THROUGHLINE_SMTP_URL"), "{open}");
    let mut command = folder.command(None, &["doctor"]);
    command.env("THROUGHLINE_TRUSTED_PROXIES", "0.0.0.0/0");
    let everyone = ended(command).await.words;
    assert!(everyone.contains("everyone is believed"), "{everyone}");
}

/// A backup of a schema that this version does not know: made after a newer version was rolled back.
#[sqlx::test(migrations = "../migrations")]
async fn a_backup_of_a_newer_schema_is_refused_and_said_to_be_one(pool: PgPool) {
    let from = Furnished::new(pool.clone()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (20990101000000, 'of a newer version', true, '\\x00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    let file = from.place.file("newer.backup");
    let name = file.to_str().unwrap();
    let said = from.place.run_with_passphrase(Some(&from.url), &["backup", name]).await.well();
    assert!(said.contains("This version cannot restore it"), "{said}");
    let there = TestFolder::new();
    there.run_with_passphrase(None, &["restore", name]).await.refused(&["newer version", "20990101000000"]);
    assert!(!there.data().exists(), "nothing was begun");
}
