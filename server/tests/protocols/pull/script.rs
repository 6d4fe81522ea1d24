//! The script of the documentation, exactly as it stands there.

use std::process::{Output, Stdio};

use domain::{
    controls,
    requests::{Column, Detail},
    session::{Event, Part},
};
use sessions::{Offset, StreamId};
use sqlx::PgPool;
use tokio::process::Command;

use super::portal::{FOREVER, PullPortal, steer, token_of};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pull-agent.sh");

async fn play(house: &PullPortal) -> Output {
    let (_, token) = token_of(&house.fixture, house.agent).await;
    let script = Command::new(SCRIPT)
        .env("THROUGHLINE_URL", format!("http://{}", house.address))
        .env("THROUGHLINE_TOKEN", token)
        .env("BEAT", "0.2")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let done = tokio::time::timeout(FOREVER, script).await;
    done.expect("the script ends").expect("bash and curl are there")
}

/// Waits until the script has begun to write.
async fn begun(house: &PullPortal, asked: &Detail) {
    let mut follower = house.fixture.db.engine().follow(StreamId(asked.session_stream), Offset::ZERO);
    loop {
        let batch = follower.next().await.unwrap().unwrap();
        let mut parts = batch.records.iter().map(|record| Event::from_json(record.json()).unwrap().part);
        if parts.any(|part| matches!(part, Part::DataStep { .. })) {
            return;
        }
    }
}

/// Waits until its lease was renewed.
async fn renewed(house: &PullPortal) {
    let lease = "SELECT extract(epoch FROM lease_until)::bigint FROM run";
    let until = async || sqlx::query_scalar::<_, i64>(lease).fetch_one(&house.fixture.pool).await.unwrap();
    let before = until().await;
    house.fixture.wait(chrono::TimeDelta::seconds(30));
    while until().await < before + 30 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn it_claims_writes_listens_and_finishes(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let say = async {
        begun(&house, &asked).await;
        renewed(&house).await;
        steer(&house, &house.client.owner, &asked, "Shorter, please.").await;
    };
    let (output, ()) = tokio::join!(play(&house), say);
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{wrong}");
    assert_eq!(told.trim(), r#"{"state":"completed"}"#);
    let seen = house.see(asked.card.number).await;
    assert_eq!(seen.card.column, Column::Review);
    assert_eq!(seen.deliverables[0].title, "What I found");
    let parts = house.fixture.parts(asked.session_stream).await;
    assert!(parts.iter().any(|part| matches!(part, Part::DataOutcome { reason, .. } if reason == "I will.")));
}

#[sqlx::test(migrations = "../migrations")]
async fn it_stops_when_it_is_told_to(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let stop = async {
        begun(&house, &asked).await;
        controls::commands::stop(&house.fixture.db, &house.client.owner, asked.card.id).await.unwrap();
    };
    let (output, ()) = tokio::join!(play(&house), stop);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), r#"{"state":"cancelled"}"#);
}
