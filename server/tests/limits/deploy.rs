//! What is shipped to watch the portal with asks for nothing that the portal does not tell.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use domain::testing::Fixture;
use server::{
    limits::{Allowance, Limits},
    shutdown::Shutdown,
};
use sqlx::PgPool;

use super::shared;

/// What Prometheus makes itself.
const ITS_OWN: [&str; 1] = ["up"];

/// Every word of a text that is a metric of ours, or one that every program has, as it is asked for.
fn asked_for(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words
        .filter(|word| {
            word.starts_with("throughline_") || word.starts_with("process_") || ITS_OWN.contains(word)
        })
        .filter(|word| !ITS_OWN.contains(word))
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_dashboard_and_the_rules_ask_for_what_is_told(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let shutdown = Shutdown::default();
    let stored_bytes = Some(1 << 30);
    let limits = Arc::new(Limits::new(Allowance { stored_bytes, ..Allowance::default() }));
    let address = shared::serve_within(&fixture.db, &shutdown, limits).await;
    let client = safe_http::tls::client().build().unwrap();
    let token = shared::METRICS_TOKEN;
    let page = client.get(format!("http://{address}/metrics")).bearer_auth(token).send().await.unwrap();
    let page = page.text().await.unwrap();
    let told: BTreeSet<&str> = page
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap_or_default())
        .collect();
    assert!(told.contains("throughline_responses_total"), "{told:?}");

    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    for file in ["grafana/throughline.json", "prometheus/throughline.rules.yml"] {
        let text = fs::read_to_string(deploy.join(file)).unwrap();
        let asked = asked_for(&text);
        assert!(asked.len() > 4, "{file}: {asked:?}");
        let unknown: Vec<_> = asked.difference(&told).collect();
        assert!(unknown.is_empty(), "{file} asks for {unknown:?}; told is {told:?}");
    }
    // The other way round: what is told and nobody looks at is told in vain.
    let dashboard = fs::read_to_string(deploy.join("grafana/throughline.json")).unwrap();
    let asked = asked_for(&dashboard);
    let unseen: Vec<_> =
        told.iter().filter(|name| !asked.iter().any(|asked| stem(asked) == stem(name))).collect();
    assert!(unseen.is_empty(), "no panel shows {unseen:?}");
    shutdown.begin();
}

/// The name without what stands for a part of it.
fn stem(name: &str) -> &str {
    ["_bucket", "_sum", "_count", "_total"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}
