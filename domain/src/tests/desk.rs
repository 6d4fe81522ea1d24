//! What wants the operator today, and the board of all clients.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error,
    approvals::{self, Audience, Question},
    billing::{self, queries::InvoiceFilter},
    deliverables::{self, Content},
    desk::{self, Board, BoardCard, Start},
    requests::{Column, NewRequest, commands, queries},
    runs,
    session::Choice,
};

fn question(question: &str, audience: Audience) -> Question {
    let choice = |key: &str| Choice { key: key.into(), label: key.to_uppercase() };
    Question {
        question: question.into(),
        detail: String::new(),
        options: vec![choice("yes"), choice("no")],
        open_for: 48 * 3600,
        audience,
    }
}

fn card(board: &Board, number: u64) -> &BoardCard {
    board.columns.iter().flat_map(|column| &column.cards).find(|card| card.card.number == number).unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn today_is_clear_before_anything_happens(pool: PgPool) {
    let world = World::new(pool).await;
    let today = desk::queries::today(&world.db, &world.operator).await.unwrap();
    assert!(today.is_clear());
    assert_eq!(today.at_work, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn questions_to_operators_come_at_once_and_those_to_clients_after_long(pool: PgPool) {
    let world = World::new(pool).await;
    let (law, realty) = (world.client("Harbor & Pine Law", 1).await, world.client("Willow Realty", 1).await);
    world.ask(&law, "Follow up").await;
    let claimed = world.claim().await;
    approvals::commands::ask(&world.db, &claimed, question("May I write to them?", Audience::Client))
        .await
        .unwrap();
    world.wait(TimeDelta::hours(1));
    world.ask(&realty, "Listing text").await;
    let claimed = world.claim().await;
    approvals::commands::ask(&world.db, &claimed, question("Is this price right?", Audience::Operator))
        .await
        .unwrap();

    let today = desk::queries::today(&world.db, &world.operator).await.unwrap();
    let asked: Vec<&str> = today.to_answer.shown.iter().map(|one| one.question.as_str()).collect();
    assert_eq!(asked, ["Is this price right?"]);
    assert!(today.unanswered.shown.is_empty(), "an hour is not long");

    world.wait(TimeDelta::hours(3));
    let today = desk::queries::today(&world.db, &world.operator).await.unwrap();
    assert_eq!(today.unanswered.shown[0].question, "May I write to them?");
    approvals::commands::answer(&world.db, &world.operator, today.to_answer.shown[0].id, "yes")
        .await
        .unwrap();
    let today = desk::queries::today(&world.db, &world.operator).await.unwrap();
    assert!(today.to_answer.shown.is_empty());
    assert_eq!(today.at_work, 1, "the answered one goes on");
}

#[sqlx::test(migrations = "../migrations")]
async fn clocks_at_risk_are_seen_over_a_weekend(pool: PgPool) {
    let world = World::new(pool).await;
    let (law, realty) = (world.client("Harbor & Pine Law", 1).await, world.client("Willow Realty", 1).await);
    // From Monday 09:00 in Berlin to Thursday 05:00: 48 working hours end on Monday at 05:00, seven hours later at 12:00.
    world.wait(TimeDelta::hours(68));
    world.ask(&law, "Follow up").await;
    world.wait(TimeDelta::hours(7));
    world.ask(&realty, "Listing text").await;
    let late = async || desk::queries::today(&world.db, &world.operator).await.unwrap().at_risk.shown;
    assert!(late().await.is_empty());
    // Friday 23:00: six working hours are left of the first.
    world.wait(TimeDelta::hours(35));
    assert!(late().await.is_empty());
    world.wait(TimeDelta::minutes(30));
    let found = late().await;
    assert_eq!(found.iter().map(|card| card.title.as_str()).collect::<Vec<_>>(), ["Follow up"]);
    assert!(
        found[0].due_at.unwrap() - world.db.now().timestamp_millis() > 50 * 3_600_000,
        "due after the weekend"
    );
    // Monday 08:00: the first is over, the second has four hours.
    world.wait(TimeDelta::minutes(56 * 60 + 30));
    let found = late().await;
    assert_eq!(
        found.iter().map(|card| card.title.as_str()).collect::<Vec<_>>(),
        ["Follow up", "Listing text"]
    );
    assert!(found[0].cycle.overdue && !found[1].cycle.overdue);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_broke_off_stays_until_it_is_taken_up_again(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Follow up").await.card;
    let claimed = world.claim().await;
    runs::commands::fail(&world.db, &claimed, "The notes could not be read.").await.unwrap();
    let failed = desk::queries::today(&world.db, &world.operator).await.unwrap().failed.shown;
    assert_eq!((failed[0].number, failed[0].agent.as_str()), (1, "Mina"));
    assert_eq!(failed[0].reason, "The notes could not be read.");
    runs::commands::retry(&world.db, &world.operator, asked.id).await.unwrap();
    assert!(desk::queries::today(&world.db, &world.operator).await.unwrap().failed.shown.is_empty());
    let claimed = world.claim().await;
    let (words, reason) = ("Nothing was lost.", "the endpoint answered 401");
    runs::commands::fail_because(&world.db, &claimed, words, reason).await.unwrap();
    let failed = desk::queries::today(&world.db, &world.operator).await.unwrap().failed.shown;
    assert_eq!(failed[0].reason, "the endpoint answered 401");
}

#[sqlx::test(migrations = "../migrations")]
async fn new_clients_and_unpaid_invoices_go_with_time_and_payment(pool: PgPool) {
    let world = World::new(pool).await;
    world.client("Harbor & Pine Law", 1).await;
    world.wait(TimeDelta::days(2));
    let realty = world.client("Willow Realty", 1).await;
    let today = async || desk::queries::today(&world.db, &world.operator).await.unwrap();
    assert_eq!(today().await.unpaid.shown.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
    let invoices = billing::queries::list(&world.db, &world.operator, Some(realty.id), InvoiceFilter::All, 1)
        .await
        .unwrap();
    billing::commands::mark_paid(&world.db, &world.operator, invoices.invoices[0].id).await.unwrap();
    assert_eq!(today().await.unpaid.shown.iter().map(|one| one.number).collect::<Vec<_>>(), [1]);
    world.wait(TimeDelta::days(8));
    assert!(today().await.new_clients.shown.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn the_board_tells_what_is_next_and_what_may_be_moved(pool: PgPool) {
    let world = World::new(pool).await;
    let (law, realty) = (world.client("Harbor & Pine Law", 1).await, world.client("Willow Realty", 2).await);
    for title in ["One", "Two", "Three"] {
        world.ask(&law, title).await;
    }
    let kept = NewRequest { queue: false, ..new_request("Someday") };
    commands::create(&world.db, &law.owner, kept).await.unwrap();
    world.ask(&realty, "Listing text").await;
    let board = async |client| desk::queries::board(&world.db, &world.operator, client).await.unwrap();

    let all = board(None).await;
    assert_eq!(all.columns.iter().map(|column| column.cards.len()).collect::<Vec<_>>(), [1, 2, 2, 0, 0, 0]);
    assert_eq!((all.clients, all.places.taken, all.places.allowed), (2, 2, Some(3)));
    let of_law = board(Some(law.id)).await;
    assert_eq!((of_law.clients, of_law.places.taken, of_law.places.allowed), (1, 1, Some(1)));
    assert_eq!(card(&of_law, 2).start, Some(Start::After(1)));
    assert_eq!(card(&of_law, 3).start, Some(Start::After(2)));
    assert_eq!(card(&of_law, 4).moves, [Column::UpNext, Column::InProgress]);
    assert_eq!(card(&of_law, 1).moves, [Column::Backlog, Column::UpNext, Column::Waiting]);

    let claimed = world.claim().await;
    assert_eq!(
        card(&board(Some(law.id)).await, 1).moves,
        [Column::Backlog, Column::UpNext],
        "someone is at work"
    );
    deliverables::commands::put(&world.db, &claimed, "One", Content::Body("Done".into())).await.unwrap();
    runs::commands::complete(&world.db, &claimed).await.unwrap();
    world.subscription_is(&law, "paused").await;
    assert_eq!(card(&board(Some(law.id)).await, 2).start, Some(Start::WhenActive));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_board_lets_move_is_what_can_be_moved(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 5).await;
    let asked = world.ask(&house, "One").await.card;
    let claimed = world.claim().await;
    approvals::commands::ask(&world.db, &claimed, question("May I?", Audience::Client)).await.unwrap();
    let found = desk::queries::board(&world.db, &world.operator, None).await.unwrap();
    let moves = &card(&found, 1).moves;
    assert_eq!(*moves, [Column::Backlog, Column::UpNext]);
    for to in Column::ALL.into_iter().filter(|to| !moves.contains(to) && *to != Column::Waiting) {
        let refused = commands::move_to(&world.db, &world.operator, asked.id, to, None).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{to:?}");
    }
    commands::move_to(&world.db, &world.operator, asked.id, Column::UpNext, None).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn what_stands_for_long_is_ageing(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "One").await;
    world.ask(&house, "Two").await;
    let ageing = async |number| {
        card(&desk::queries::board(&world.db, &world.operator, None).await.unwrap(), number).is_ageing
    };
    world.wait(TimeDelta::hours(7 * 24 - 1));
    assert!(!ageing(2).await);
    world.wait(TimeDelta::hours(1));
    assert!(ageing(2).await);
    assert!(!ageing(1).await, "what is worked on has its clock");
}

#[sqlx::test(migrations = "../migrations")]
async fn requests_are_found_by_title_number_and_client(pool: PgPool) {
    let world = World::new(pool).await;
    let (law, realty) = (world.client("Harbor & Pine Law", 1).await, world.client("Willow Realty", 1).await);
    world.ask(&law, "Template for fee agreements").await;
    world.ask(&law, "Fee table").await;
    world.ask(&realty, "Listing text").await;
    let found = async |words: &str| {
        let page = queries::search_all(&world.db, &world.operator, words).await.unwrap();
        page.cards.into_iter().map(|card| format!("{} {}", card.client_name, card.number)).collect::<Vec<_>>()
    };
    assert_eq!(found("fee").await, ["Harbor & Pine Law 2", "Harbor & Pine Law 1"]);
    assert_eq!(found("FEE agree").await, ["Harbor & Pine Law 1"]);
    assert_eq!(found("harbor #2").await, ["Harbor & Pine Law 2"]);
    assert_eq!(found("willow").await, ["Willow Realty 1"]);
    assert!(found("100%").await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn the_desk_is_the_operators_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "One").await;
    for scope in [&house.owner, &house.member, &house.billing, &world.operator.within(house.id)] {
        assert!(matches!(desk::queries::today(&world.db, scope).await, Err(Error::NotFound)));
        assert!(matches!(desk::queries::board(&world.db, scope, Some(house.id)).await, Err(Error::NotFound)));
        assert!(matches!(desk::queries::outlook(&world.db, scope).await, Err(Error::NotFound)));
        assert!(matches!(queries::search_all(&world.db, scope, "").await, Err(Error::NotFound)));
    }
    let other = world.beside().await;
    let board = desk::queries::board(&other.db, &other.operator, Some(house.id)).await.unwrap();
    assert!(board.columns.iter().all(|column| column.cards.is_empty()));
    assert_eq!(board.clients, 0);
    assert!(desk::queries::today(&other.db, &other.operator).await.unwrap().is_clear());
}
