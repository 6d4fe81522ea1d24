//! The engine against a model of it that fits in one's head: whatever is done to streams, in whatever order and on
//! whichever of two nodes, both say the same and hold the same.
//!
//! `THROUGHLINE_MODEL_CASES` is how many stories are told, 48 by default.

mod actions;
mod play;
mod reference;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::runtime::Runtime;

use play::TwoNodes;

#[sqlx::test(migrations = "../migrations")]
async fn the_engine_does_what_the_model_does(database: PgPool) {
    let options = crate::support::connect_options(&database);
    // Each story runs to its end before the next one is made up, which needs a thread that may wait.
    tokio::task::spawn_blocking(move || play_stories(options)).await.unwrap();
}

fn play_stories(options: PgConnectOptions) {
    let cases = std::env::var("THROUGHLINE_MODEL_CASES").map_or(48, |cases| cases.parse().unwrap());
    let runtime = Runtime::new().unwrap();
    let stage = runtime.block_on(TwoNodes::new(options));
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 1_000, ..Config::default() };
    let told = TestRunner::new(config)
        .run(&actions::stories(), |story| runtime.block_on(stage.play(&story)).map_err(TestCaseError::fail));
    if let Err(wrong) = told {
        panic!("{wrong}");
    }
}
