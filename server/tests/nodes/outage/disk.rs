//! A disk that is full: the one that the files are on, and the one that the database is on.

use std::time::Duration;

use reqwest::StatusCode;
use server::postgres::Cluster;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{
    Disk, folder,
    office::{Office, ending, text},
    until,
};
use crate::fleet::Node;

/// A text of some kilobytes that takes its room on the disk: compressing it gains nothing.
fn words(sequence: u64) -> String {
    let noise: String = (0..400).map(|_| domain::secret::random_token()).collect();
    let noise: Vec<&str> = (0..noise.len() / 4).map(|at| &noise[4 * at..4 * at + 4]).collect();
    format!("{sequence}: {}", noise.join(" "))
}

/// As the portal names what it answers to nobody as it is.
const BLANK: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

#[sqlx::test(migrations = "../migrations")]
async fn where_there_is_no_room_for_files_the_rest_goes_on(pool: PgPool) {
    let folder = folder();
    let data = folder.path().join("node");
    let Some(disk) = Disk::mount(&data, 48) else { return };
    let node = Node::portal(&pool.connect_options(), &data)
        .set("THROUGHLINE_LLM_URL", "off")
        .set("THROUGHLINE_FILES_FREE_MB", 4);
    let mut process = node.start().await.unwrap();
    let office = Office::open(&pool).await;
    let kept = vec![7; 300_000];
    let answer = office.post_request(process.address, "With a file", Some(&kept)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let file: uuid::Uuid = sqlx::query_scalar("SELECT id FROM file").fetch_one(&pool).await.unwrap();
    let file = format!("/files/{}", domain::ids::FileId(file));

    disk.fill(0);
    for restarted in [false, true] {
        if restarted {
            process.kill().await;
            process = node.start().await.unwrap_or_else(|said| panic!("it does not start: {said}"));
        }
        let at = process.address;
        let refused = office.post_request(at, "One more", Some(&kept)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        for words in ["We can’t store files right now", "One more", "Typed with care."] {
            assert!(refused.text.contains(words), "“{words}” is missing: {}", refused.text);
        }
        let ready = office.get(at, "/readyz").await;
        assert!(ready.status == StatusCode::OK && ready.text.contains("no room"), "{}", ready.text);
        let title = format!("Without a file, {restarted}");
        assert_eq!(office.post_request(at, &title, None).await.status, StatusCode::SEE_OTHER);
        let got = office.get(at, &file).await;
        assert_eq!((got.status, got.text.len()), (StatusCode::OK, kept.len()));
    }
    disk.clear();
    let answer = office.post_request(process.address, "One more", Some(&kept)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_for_the_database_what_is_acknowledged_stays() {
    let folder = folder();
    let data = folder.path().join("cluster");
    let Some(disk) = Disk::mount(&data, 224) else { return };
    let (cluster, _) = Cluster::keep(&data, &CancellationToken::new()).await.unwrap();
    let node =
        Node::portal(&cluster.options(), &folder.path().join("node")).set("THROUGHLINE_LLM_URL", "off");
    let process = node.start().await.unwrap();
    let at = process.address;
    let office = Office::open(&PgPool::connect_with(cluster.options()).await.unwrap()).await;
    let asked = office.ask("Follow up").await;
    let run = office.claim(at, 600).await;
    let events = format!("{run}/events");

    disk.fill(2);
    let mut acked = Vec::new();
    let refused = loop {
        let sequence = acked.len() as u64;
        let said = words(sequence);
        let answer = office.send(at, &events, &text(sequence, &said)).await;
        if !answer.status.is_success() {
            break (said, answer);
        }
        acked.push(said);
        assert!(acked.len() < 5_000, "the disk is not full");
    };
    let (last, answer) = refused;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    assert!(answer.retry_after && answer.text.contains("Try again"), "{}", answer.text);
    let page = office.get(at, "/portal").await;
    assert!(page.status != BLANK && page.text.contains("<h1"), "{} {}", page.status, page.text);
    let typed = office.post_request(at, "Typed meanwhile", None).await;
    // What is small may still find room in a page that is there.
    let kept = typed.status == StatusCode::SEE_OTHER || typed.text.contains("Typed with care.");
    assert!(typed.status != BLANK && kept, "{} {}", typed.status, typed.text);
    let ready = office.get(at, "/readyz").await;
    assert!(
        ready.status != BLANK && ready.text.contains("\"database\":\""),
        "{} {}",
        ready.status,
        ready.text
    );

    // Started again while there is still no room: it waits for the database, or says what is wrong and ends.
    process.kill().await;
    let starting = tokio::time::timeout(Duration::from_secs(5), node.start()).await;
    if let Ok(Err(said)) = &starting {
        assert!(!said.contains("panicked"), "{said}");
    }
    drop(starting);
    disk.clear();
    let process = {
        let begun = tokio::time::Instant::now();
        loop {
            match node.start().await {
                Ok(process) => break process,
                Err(said) => assert!(begun.elapsed() < super::FOREVER, "it does not start: {said}"),
            }
        }
    };
    let at = process.address;
    until("it is ready", async || office.get(at, "/readyz").await.status == StatusCode::OK).await;
    office.insist(at, &events, &text(acked.len() as u64, &last)).await;
    acked.push(last);
    for (rest, body) in ending() {
        office.insist(at, &format!("{run}{rest}"), &body).await;
    }
    assert_eq!(office.run(&asked).await, ("completed".to_owned(), 1));
    // Word for word, not piece by piece: what could be the beginning of a secret waits for what comes after it.
    let (written, acked) = (office.written(&asked).await.concat(), acked.concat());
    assert!(written == acked, "{} of {} characters are there", written.len(), acked.len());
    process.kill().await;
    cluster.stop().await;
}
