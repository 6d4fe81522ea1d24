use sqlx::PgPool;

use super::{
    commands::write,
    queries::{get, search, version, versions},
};
use crate::{
    Actor, Error, Scope,
    ids::AgentId,
    testing::{Fixture, TestClient},
};

async fn two(pool: &PgPool) -> (Fixture, TestClient, TestClient) {
    let fixture = Fixture::new(pool).await;
    let (one, other) = (fixture.client("Harbor & Pine Law").await, fixture.client("Hill Insurance").await);
    (fixture, one, other)
}

#[sqlx::test(migrations = "../migrations")]
async fn every_version_stays_and_the_slower_writer_is_told(pool: PgPool) {
    let (fixture, law, _) = two(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let first = write(db, &law.owner, law.id, "Billing/Rates", "An hour is $300.", None).await.unwrap();
    assert_eq!((first.path.as_str(), first.version, first.by.as_str()), ("Billing/Rates.md", 1, "Owner"));
    let second = write(db, operator, law.id, "billing/rates.md", "An hour is $320.", Some(1)).await.unwrap();
    assert_eq!((second.path.as_str(), second.version), ("Billing/Rates.md", 2));

    for expected in [None, Some(1), Some(3)] {
        let late = write(db, operator, law.id, "Billing/Rates.md", "x", expected).await;
        assert!(matches!(late, Err(Error::Refused(why)) if why.contains("version 2")), "{expected:?}");
    }
    assert!(matches!(write(db, operator, law.id, "Nothing.md", "x", Some(1)).await, Err(Error::NotFound)));

    assert_eq!(get(db, operator, law.id, "Billing/Rates.md").await.unwrap().body, "An hour is $320.");
    assert_eq!(version(db, operator, law.id, "Billing/Rates.md", 1).await.unwrap().body, "An hour is $300.");
    let all = versions(db, operator, law.id, "Billing/Rates.md").await.unwrap();
    let told: Vec<_> = all.iter().map(|version| (version.version, version.by.as_str())).collect();
    assert_eq!(told, [(2, "Operator"), (1, "Owner")]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_search_finds_words_in_their_forms_and_ranks_them(pool: PgPool) {
    let (fixture, law, _) = two(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    for (path, body) in [
        ("Billing/Rates.md", "What an hour costs: $300. Reviewed each spring."),
        ("People/Anna.md", "Anna signs leases. She asked once what the rate was."),
        ("Haus/Ordnung.md", "Die Mieter zahlen am Ersten. Schl\u{fc}ssel beim Caf\u{e9} um die Ecke."),
    ] {
        write(db, operator, law.id, path, body, None).await.unwrap();
    }
    let paths = async |words| {
        let found = search(db, operator, law.id, words, 10).await.unwrap();
        found.into_iter().map(|found| found.path).collect::<Vec<_>>()
    };
    // In the path it weighs more, and "rate" is found by "rates".
    assert_eq!(paths("rate").await, ["Billing/Rates.md", "People/Anna.md"]);
    assert_eq!(paths("mieter").await, ["Haus/Ordnung.md"]);
    assert_eq!(paths("\"signs leases\"").await, ["People/Anna.md"]);
    assert_eq!(paths("rate -anna").await, ["Billing/Rates.md"]);
    assert_eq!(paths("nonsense").await, Vec::<String>::new());
    for words in ["schlussel", "Schlu\u{308}ssel", "cafe", "CAF\u{c9}"] {
        assert_eq!(paths(words).await, ["Haus/Ordnung.md"], "{words}");
    }
    assert_eq!(paths("").await.len(), 3);
    for hostile in ["'", "&|!", "(", "a:*\0", "\\"] {
        search(db, operator, law.id, hostile, 10).await.unwrap();
    }
    let found = search(db, operator, law.id, "leases", 10).await.unwrap();
    assert!(found[0].snippet.contains("**leases**"), "{}", found[0].snippet);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_and_its_agents_see_its_notes_alone(pool: PgPool) {
    let (fixture, law, hill) = two(&pool).await;
    let db = &fixture.db;
    write(db, &fixture.operator, law.id, "Secret.md", "The safe opens at noon.", None).await.unwrap();
    let agent = |client: &TestClient| Scope {
        client: Some(client.id),
        actor: Actor::Agent { id: AgentId::new(), name: "Mina".into() },
        ..fixture.operator.clone()
    };
    let abroad = Fixture::beside(db, &pool).await.operator;
    for stranger in [&hill.owner, &agent(&hill), &fixture.operator.within(hill.id), &abroad] {
        assert!(matches!(get(db, stranger, law.id, "Secret.md").await, Err(Error::NotFound)));
        assert!(matches!(versions(db, stranger, law.id, "Secret.md").await, Err(Error::NotFound)));
        assert_eq!(search(db, stranger, law.id, "safe", 10).await.unwrap(), []);
        for expected in [None, Some(1)] {
            let forged = write(db, stranger, law.id, "Secret.md", "x", expected).await;
            assert!(matches!(forged, Err(Error::NotFound)), "{forged:?}");
        }
        let forged = write(db, stranger, law.id, "New.md", "x", None).await;
        assert!(matches!(forged, Err(Error::NotFound)), "{forged:?}");
    }
    for known in [&law.owner, &agent(&law), &fixture.operator] {
        assert_eq!(search(db, known, law.id, "safe", 10).await.unwrap().len(), 1);
    }
    // Who only pays reads, and does not write.
    assert!(get(db, &law.billing, law.id, "Secret.md").await.is_ok());
    assert!(matches!(write(db, &law.billing, law.id, "B.md", "x", None).await, Err(Error::Refused(_))));
}
