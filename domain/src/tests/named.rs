//! What agents, offers and tokens may be called: their names go into mails to others as people's and companies' do.

use sqlx::PgPool;

use crate::{
    Error, accounts,
    agents::{self, NewAgent},
    billing::commands::BillingDetails,
    clients::{self, ClientDetails, NewClient},
    names,
    offers::{self, OfferDraft, Starts},
    testing::{Fixture, draft},
    tokens::{self, NewToken, Right},
};

const BAD: [&str; 4] =
    ["WIN $5000 NOW http://spam.example/x", "Juno <b>", "juno@harborpine.test", "Visit evil.com today"];

fn objected<T: std::fmt::Debug>(name: &str, came: Result<T, Error>) {
    match came {
        Err(Error::Fields(errors)) => assert_eq!(errors.of("name"), names::objection(name), "{name}"),
        other => panic!("{name} was not refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_is_named_like_a_link(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let agent = |name: &str| NewAgent { name: name.into(), persona: String::new(), client: None };
    let offer = |name: &str| OfferDraft { name: name.into(), ..draft(Starts::AtOnce) };
    let token =
        |name: &str| NewToken { name: name.into(), agent: None, client: None, rights: vec![Right::Read] };
    let juno = agents::commands::create(db, operator, agent("Juno")).await.unwrap();
    let two = offers::commands::create(db, operator, &offer("Two at a time")).await.unwrap();
    tokens::commands::create(db, operator, token("Calendar sync (GPT-4.1, Node.js)")).await.unwrap();
    let house = fixture.client("Harbor & Pine").await;
    for bad in BAD {
        objected(bad, agents::commands::create(db, operator, agent(bad)).await);
        let reach = agents::NewReach::default();
        objected(bad, agents::commands::hire(db, operator, agent(bad), reach.clone()).await);
        objected(bad, agents::commands::change(db, operator, juno, agent(bad), reach).await);
        objected(bad, agents::commands::edit(db, operator, juno, agent(bad)).await);
        objected(bad, offers::commands::create(db, operator, &offer(bad)).await);
        objected(bad, offers::commands::update(db, operator, two, &offer(bad)).await);
        objected(bad, tokens::commands::create(db, operator, token(bad)).await);
        let client = NewClient { name: bad.into(), ..NewClient::default() };
        objected(bad, clients::commands::create(db, operator, &client).await);
        let details =
            ClientDetails { name: bad.into(), billed: BillingDetails::default(), room: String::new() };
        objected(bad, clients::commands::rename(db, operator, house.id, details).await);
        objected(bad, accounts::commands::profile::rename(db, house.owner.person().unwrap(), bad).await);
    }
}
