//! Two nodes on one database: with a bucket that they share, and with folders of their own.

use std::{process::Command, sync::Arc, time::Duration};

use agents::{
    Worker, WorkerOptions,
    built_in::{Rehearsal, RehearsalPace},
};
use axum::http::{StatusCode, header};
use domain::{
    Db,
    files::{
        File,
        store::{self, Store, StoreState},
    },
    requests::Detail,
    session::{Part, RunState},
};
use futures::TryStreamExt;
use server::{files::StoreWatch, health};
use sqlx::PgPool;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

use super::{
    browser::{Browser, BrowserResponse, Node},
    s3::S3,
    support::AgentWorld,
};

const FEES: &[u8] = b"Service,Fee,From\nConveyancing,950,1 March\nWills,250,1 March\nProbate,1400,1 April\n";

/// The client's owner asks for work with a file, at a node.
async fn ask(world: &AgentWorld, browser: &Browser) -> (Detail, File) {
    let fields = [
        ("title", "New fees"),
        ("brief", "Write a letter about the fees."),
        ("do", "ask"),
        ("form_key", "k"),
    ];
    let asked = browser.post("/portal/requests", &fields, &[("fees.csv", FEES)]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let detail = world.see(1).await;
    let file = detail.files[0].clone();
    (detail, file)
}

async fn download(node: &Node, world: &AgentWorld, file: &File) -> BrowserResponse {
    node.browser(&world.db, &world.owner).await.get(&format!("/files/{}", file.id)).await
}

/// The agents of a node, until the guard is dropped.
fn agents(db: &Db, store: &Store) -> DropGuard {
    let leave = CancellationToken::new();
    let options = WorkerOptions { poll: Duration::from_millis(20), ..WorkerOptions::default() };
    let backend = Arc::new(Rehearsal::new(RehearsalPace::Instant));
    tokio::spawn(Worker::new(db.clone(), backend, store.clone(), options).run(leave.clone()));
    leave.drop_guard()
}

/// Why the run failed, as the client reads it.
async fn failure(world: &AgentWorld, request: &Detail) -> String {
    world
        .until(request, |event| match &event.part {
            Part::DataRun { state: RunState::Failed, failure, .. } => {
                Some(failure.clone().unwrap_or_default())
            }
            _ => None,
        })
        .await
}

#[sqlx::test(migrations = "../migrations")]
async fn nodes_that_share_a_bucket_have_the_same_files(pg: PgPool) {
    let (world, s3) = (AgentWorld::new(pg).await, S3::start().await);
    let (here, there) = (s3.store(), s3.store());
    for store in [&here, &there] {
        assert_eq!(store::inspect(&world.db, store).await.unwrap(), StoreState::Sound);
    }
    let node = Node::new(&world.db, &here);
    let (request, file) = ask(&world, &node.browser(&world.db, &world.owner).await).await;
    let got = download(&Node::new(&world.db, &there), &world, &file).await;
    assert_eq!((got.status, &got.body[..]), (StatusCode::OK, FEES));
    assert_eq!(got.header(header::CONTENT_LENGTH), FEES.len().to_string());
    let _agents = agents(&world.db, &there);
    let read = |event: &domain::session::Event| match &event.part {
        Part::DataStep { title, result, .. } if title == "Read fees.csv" => Some(result.clone()),
        _ => None,
    };
    assert_eq!(world.until(&request, read).await, "3 rows");
    assert_eq!(store::inspect(&world.db, &there).await.unwrap(), StoreState::Sound);
    let keys: Vec<store::Entry> =
        there.list(Some(&world.owner.workspace.to_string())).try_collect().await.unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

/// The program itself, set up as a server is: by its environment.
#[sqlx::test(migrations = "../migrations")]
async fn the_program_finds_the_bucket_by_its_environment(pg: PgPool) {
    let (world, s3) = (AgentWorld::new(pg).await, S3::start().await);
    let store = s3.store();
    let node = Node::new(&world.db, &store);
    ask(&world, &node.browser(&world.db, &world.owner).await).await;
    let doctor = async |secret: &str| {
        let data = tempfile::tempdir().unwrap();
        let out = tokio::process::Command::new(env!("CARGO_BIN_EXE_throughline"))
            .args(["doctor"])
            .env("DATABASE_URL", url(&world.pool))
            .env("THROUGHLINE_DATA", data.path())
            .env("THROUGHLINE_FILES", "s3://portal-files/throughline")
            .envs(s3.variables(secret))
            .output()
            .await
            .unwrap();
        String::from_utf8(out.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told = doctor("secret-of-the-portal").await;
    assert!(told.contains("has the newest files"), "{told}");
    let told = doctor("not-the-secret").await;
    assert!(!told.contains("has the newest files") && !told.contains("not-the-secret"), "{told}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bucket_takes_large_files_in_parts_and_empty_ones(pg: PgPool) {
    let (world, s3) = (AgentWorld::new(pg).await, S3::start().await);
    let store = s3.store();
    let node = Node::new(&world.db, &store);
    let browser = node.browser(&world.db, &world.owner).await;
    let large: Vec<u8> = (0..24_u32 << 20).map(|at| (at / 251) as u8).collect();
    let fields = [("title", "Scans"), ("brief", "Look through them."), ("do", "later"), ("form_key", "k")];
    let asked = browser.post("/portal/requests", &fields, &[("scan.bin", &large), ("empty.txt", b"")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let files = world.see(1).await.files;
    assert_eq!(files.len(), 2);
    for file in files {
        let got = download(&node, &world, &file).await;
        let wanted: &[u8] = if file.name == "scan.bin" { &large } else { b"" };
        assert!(got.status == StatusCode::OK && got.body == wanted, "{}: {}", file.name, got.status);
        let text = store.text(world.owner.workspace, &file).await.unwrap();
        assert_eq!(text.as_deref(), file.is_text.then_some(""));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_node_with_a_folder_of_its_own_says_so_everywhere(pg: PgPool) {
    let world = AgentWorld::new(pg).await;
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stores = [&one, &two].map(|data| Store::folder(data.path().join("files")).unwrap());
    let [here, there] = &stores;
    let watches = [
        StoreWatch::begin(world.db.clone(), here.clone()).await.unwrap(),
        StoreWatch::begin(world.db.clone(), there.clone()).await.unwrap(),
    ];
    let answers = [(StatusCode::OK, "ready"), (StatusCode::SERVICE_UNAVAILABLE, "elsewhere")];
    for (watch, wanted) in watches.into_iter().zip(answers) {
        let (status, told) = readyz(&world, watch).await;
        assert_eq!((status, told["files"].as_str().unwrap()), wanted, "{told}");
    }

    let (request, file) =
        ask(&world, &Node::new(&world.db, here).browser(&world.db, &world.owner).await).await;
    let got = download(&Node::new(&world.db, there), &world, &file).await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(got.text().contains("Files cannot be reached right now"), "{}", got.text());
    let _agents = agents(&world.db, there);
    let words = failure(&world, &request).await;
    assert!(words.contains("“fees.csv”") && words.contains("we can’t open"), "{words}");

    let doctor = |data: &tempfile::TempDir| {
        let out = Command::new(env!("CARGO_BIN_EXE_throughline"))
            .args(["doctor"])
            .env("DATABASE_URL", url(&world.pool))
            .env("THROUGHLINE_DATA", data.path())
            .output()
            .unwrap();
        // It breaks its lines for a terminal.
        String::from_utf8(out.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told = doctor(&two);
    assert!(told.contains("is not where this install keeps its files"), "{told}");
    let told = doctor(&one);
    assert!(told.contains("has the newest files"), "{told}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bucket_that_is_away_or_refuses_is_said_and_nothing_is_made_up(pg: PgPool) {
    let (world, s3) = (AgentWorld::new(pg).await, S3::start().await);
    let store = s3.store();
    let node = Node::new(&world.db, &store);
    let (request, file) = ask(&world, &node.browser(&world.db, &world.owner).await).await;
    let wrong = store::inspect(&world.db, &s3.opened("not-the-secret")).await.unwrap();
    assert!(matches!(wrong, StoreState::Away { .. }), "{wrong:?}");
    let watch = StoreWatch::begin(world.db.clone(), store.clone()).await.unwrap();
    assert_eq!(watch.state(), StoreState::Sound);
    let _kept = s3.stop().await;
    watch.look().await.unwrap();
    assert!(matches!(watch.state(), StoreState::Away { .. }));
    let (status, told) = readyz(&world, watch).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}");
    assert_eq!(told["database"], "ready");
    assert_eq!(download(&node, &world, &file).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let _agents = agents(&world.db, &store);
    let words = failure(&world, &request).await;
    assert!(words.contains("“fees.csv”") && words.contains("Nothing was lost"), "{words}");
}

/// What a node with that store says of itself.
pub async fn readyz(world: &AgentWorld, files: StoreWatch) -> (StatusCode, serde_json::Value) {
    let parts = health::Parts { db: world.db.clone(), engine: world.pool.clone(), files };
    let asked = http::Request::get("/readyz").body(axum::body::Body::empty()).unwrap();
    let answer = health::routes(parts).oneshot(asked).await.unwrap();
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

/// The address of a test's database.
fn url(pool: &PgPool) -> String {
    let options = pool.connect_options();
    let host =
        options.get_socket().map_or(options.get_host().to_owned(), |folder| folder.display().to_string());
    let (user, port) = (options.get_username(), options.get_port());
    let name = options.get_database().unwrap_or(user);
    format!("postgres://{user}@localhost:{port}/{name}?host={host}&sslmode=disable")
}
