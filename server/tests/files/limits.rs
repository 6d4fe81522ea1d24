//! What a client may bring, what is refused beside its field, and what a file is called afterwards.

use axum::http::{StatusCode, header};
use domain::files::{quota::Quota, store::Store};
use sqlx::PgPool;

use super::{browser::Node, support::AgentWorld};

#[sqlx::test(migrations = "../migrations")]
async fn a_file_without_room_is_refused_beside_its_field_and_the_words_stay(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let db = world.db.clone().with_quota(Some(Quota { whole: 1_000, unconfirmed: 300 }));
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    let browser = Node::new(&db, &store).browser(&db, &world.owner).await;
    let fields =
        |key| [("title", "New fees"), ("brief", "A letter about them."), ("do", "later"), ("form_key", key)];
    let files: [(&str, &[u8]); 2] = [("small.txt", &[b'a'; 400]), ("large.txt", &[b'b'; 700])];
    let asked = browser.post("/portal/requests", &fields("k"), &files).await;
    let page = asked.text();
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    for wanted in ["New fees", "A letter about them.", "small.txt", "large.txt", "There is no room left"] {
        assert!(page.contains(wanted), "{wanted} is not on the page: {page}");
    }

    // Under a request: what fits is added, and the rest is named.
    browser.post("/portal/requests", &fields("k2"), &[]).await;
    let added = browser
        .post("/portal/requests/1/files", &[], &[("more.txt", &[b'c'; 500]), ("huge.txt", &[b'd'; 900])])
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let names: Vec<String> = world.see(1).await.files.into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["more.txt"]);
    let full = browser.post("/portal/requests/1/files", &[], &[("huge.txt", &[b'd'; 900])]).await;
    let page = full.text();
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("We couldn’t add “huge.txt”. There is no room left")
            && page.contains("id=\"composer\""),
        "{page}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn with_too_little_free_on_the_disk_the_rest_goes_on(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    let full = store.clone().with_floor(u64::MAX);
    let browser = Node::new(&world.db, &full).browser(&world.db, &world.owner).await;
    let fields = [("title", "New fees"), ("brief", "A letter."), ("do", "later"), ("form_key", "k")];
    let asked = browser.post("/portal/requests", &fields, &[("fees.csv", b"a,b")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("We can’t store files right now") && asked.text().contains("A letter."));
    let asked = browser.post("/portal/requests", &fields, &[]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let watch = server::files::StoreWatch::begin(world.db.clone(), full).await.unwrap();
    let (status, told) = super::nodes::readyz(&world, watch).await;
    assert_eq!((status, told["files"].as_str()), (StatusCode::OK, Some("no room")), "{told}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_is_called_what_its_owner_called_it(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    let browser = Node::new(&world.db, &store).browser(&world.db, &world.owner).await;
    // As browsers write them into a form, and how they read.
    let names = [
        ("the %22old%22 list.csv", "the \"old\" list.csv", "the%20%22old%22%20list.csv"),
        ("two%0D%0Alines.txt", "two lines.txt", "two%20lines.txt"),
        ("דוח שנתי.txt", "דוח שנתי.txt", "%D7%93%D7%95%D7%97%20%D7%A9%D7%A0%D7%AA%D7%99.txt"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\Rosa\\notes.txt", "notes.txt", "notes.txt"),
        ("half\\whole.txt", "half\\whole.txt", "half%5Cwhole.txt"),
        ("exe.\u{202e}txt.csv", "exe.txt.csv", "exe.txt.csv"),
    ];
    let fields = [("title", "Lists"), ("brief", "Sort them."), ("do", "later"), ("form_key", "k")];
    let files: Vec<(&str, &[u8])> = names.iter().map(|(sent, ..)| (*sent, sent.as_bytes())).collect();
    let asked = browser.post("/portal/requests", &fields, &files).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let kept = world.see(1).await.files;
    for (sent, name, encoded) in names {
        let file = kept.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("{name}: {kept:#?}"));
        let got = browser.get(&format!("/files/{}", file.id)).await;
        assert_eq!(got.body, sent.as_bytes());
        let told = got.header(header::CONTENT_DISPOSITION);
        assert!(told.ends_with(&format!("filename*=UTF-8''{encoded}")), "{told}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_table_from_an_older_program_is_read_by_the_agent(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    let browser = Node::new(&world.db, &store).browser(&world.db, &world.owner).await;
    // "Gebühr" and "Übersetzung" in Windows-1252; the same in UTF-16 with its mark.
    let western = b"Leistung;Geb\xfchr\r\nBeglaubigung;50\r\n\xdcbersetzung;95\r\n";
    let wide: Vec<u8> =
        "\u{feff}Leistung;Gebühr\r\nÜbersetzung;95\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fields =
        [("title", "Gebühren"), ("brief", "Stell sie zusammen."), ("do", "later"), ("form_key", "k")];
    let files: [(&str, &[u8]); 2] = [("gebuehren.csv", western), ("breit.csv", &wide)];
    browser.post("/portal/requests", &fields, &files).await;
    for file in world.see(1).await.files {
        let text = store.text(world.owner.workspace, &file).await.unwrap().unwrap_or_default();
        assert!(text.contains("Gebühr") && text.contains("Übersetzung;95"), "{}: {text}", file.name);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_database_that_answers_and_takes_nothing_is_not_ready(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    let watch = server::files::StoreWatch::begin(world.db.clone(), store).await.unwrap();
    let (status, told) = super::nodes::readyz(&world, watch.clone()).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    // As with a disk that is full: it is read as before.
    sqlx::query("REVOKE INSERT, UPDATE ON install FROM throughline_auth").execute(&world.pool).await.unwrap();
    let (status, told) = super::nodes::readyz(&world, watch).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        (told["database"].as_str(), told["files"].as_str()),
        (Some("cannot be written"), Some("ready")),
        "{told}"
    );
}
