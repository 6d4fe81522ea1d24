//! A word about a request reaches the other side, in whichever column it stands.

use sqlx::PgPool;

use super::world::World;
use crate::testing::TestClient;
use crate::{
    agents,
    approvals::{self, AnswerOutcome, Audience, Question},
    controls::{self, MessageOutcome},
    deliverables::{self, Content},
    desk,
    requests::{Column, Detail, UnseenRequest, commands, queries},
    reviews,
    session::Choice,
};

/// Brings a client's request to Review.
async fn in_review(world: &World, house: &TestClient) -> Detail {
    let asked = world.ask(house, "Draft a lease").await;
    let claimed = world.claim().await;
    deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("# Lease".into())).await.unwrap();
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    asked
}

async fn mails(world: &World, like: &str) -> Vec<(String, String)> {
    sqlx::query_as("SELECT subject, body FROM mail WHERE subject LIKE $1 ORDER BY id")
        .bind(like)
        .fetch_all(&world.pool)
        .await
        .unwrap()
}

async fn on_desk(world: &World) -> Vec<UnseenRequest> {
    desk::queries::today(&world.db, &world.operator).await.unwrap().wrote.shown
}

async fn on_home(world: &World, house: &TestClient) -> Vec<UnseenRequest> {
    queries::unseen(&world.db, &house.member).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_comment_on_what_is_done_reaches_the_desk_and_the_answer_the_client(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, other) = (world.client("Harbor & Pine Law", 1).await, world.client("Cedar", 1).await);
    let request = in_review(&world, &house).await.card.id;
    reviews::commands::approve(&world.db, &house.owner, request).await.unwrap();
    assert_eq!(world.request(house.id, 1).await.card.column, Column::Done);
    assert_eq!((on_desk(&world).await, on_home(&world, &house).await), (vec![], vec![]));

    commands::comment(&world.db, &house.owner, request, "The date on page 2 is wrong.", &[]).await.unwrap();
    let wrote = on_desk(&world).await;
    assert_eq!((wrote.len(), wrote[0].from.as_str(), wrote[0].number), (1, "Owner", 1));
    let told = mails(&world, "Harbor & Pine Law wrote%").await;
    assert_eq!(told.len(), 1, "one operator, one mail");
    assert_eq!(told[0].0, "Harbor & Pine Law wrote: #1 Draft a lease");
    assert!(
        told[0].1.contains("The date on page 2 is wrong.")
            && told[0].1.contains(&format!("{{link:/desk/clients/{}/requests/1}}", house.id))
    );
    commands::comment(&world.db, &house.member, request, "And the name.", &[]).await.unwrap();
    assert_eq!(mails(&world, "Harbor & Pine Law wrote%").await.len(), 1, "no mail for each line");
    assert_eq!(on_desk(&world).await[0].from, "Member");
    assert_eq!(on_home(&world, &house).await, [], "their own words are no news to them");

    let operator = world.operator.within(house.id);
    commands::comment(&world.db, &operator, request, "You are right, I mend it.", &[]).await.unwrap();
    assert_eq!(on_desk(&world).await, [], "answering is seeing");
    let news = on_home(&world, &house).await;
    assert_eq!((news.len(), news[0].from.as_str(), news[0].title.as_str()), (1, "Operator", "Draft a lease"));
    let told = mails(&world, "Operator wrote to you%").await;
    assert_eq!(told.len(), 2, "the owner and the member");
    assert!(
        told[0].1.contains("You are right, I mend it.") && told[0].1.contains("{link:/portal/requests/1}")
    );
    assert_eq!(on_home(&world, &other).await, [], "nobody else's");

    commands::see(&world.db, &house.member, request).await.unwrap();
    assert_eq!(on_home(&world, &house).await, []);
    commands::comment(&world.db, &house.owner, request, "Thank you.", &[]).await.unwrap();
    assert_eq!(mails(&world, "Harbor & Pine Law wrote%").await.len(), 2, "a new word after the answer");
    assert!(commands::see(&world.db, &other.owner, request).await.is_err());
    assert!(commands::see(&world.db, &house.billing, request).await.is_err());
    commands::see(&world.db, &world.operator, request).await.unwrap();
    assert_eq!(on_desk(&world).await, []);
}

#[sqlx::test(migrations = "../migrations")]
async fn words_reach_the_desk_from_every_column(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let review = in_review(&world, &house).await;
    let next = world.ask(&house, "Answer the court").await;
    assert_eq!(next.card.column, Column::UpNext);
    commands::comment(&world.db, &house.owner, next.card.id, "By Friday, please.", &[]).await.unwrap();
    world.wait(chrono::TimeDelta::minutes(1));
    reviews::commands::ask_for_change(&world.db, &house.owner, review.card.id, "Add the deposit.")
        .await
        .unwrap();
    let titles: Vec<String> = on_desk(&world).await.into_iter().map(|wrote| wrote.title).collect();
    assert_eq!(titles, ["Answer the court", "Draft a lease"], "the oldest first");
    let told = mails(&world, "Harbor & Pine Law wants a change%").await;
    assert!(told.len() == 1 && told[0].1.contains("Add the deposit."));
    // At work again: words of the client's still count.
    assert_eq!(world.request(house.id, 1).await.card.column, Column::InProgress);
    commands::see(&world.db, &world.operator, review.card.id).await.unwrap();
    commands::comment(&world.db, &house.member, review.card.id, "Two months' rent.", &[]).await.unwrap();
    assert_eq!(on_desk(&world).await.len(), 2);
    commands::withdraw(&world.db, &house.owner, next.card.id).await.unwrap();
    assert_eq!(on_desk(&world).await.len(), 1, "what is taken back is no news");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_has_not_confirmed_gets_no_words_by_mail(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.ask(&house, "Draft a lease").await.card.id;
    sqlx::query("UPDATE person SET confirmed = false WHERE id = $1")
        .bind(house.owner.person().unwrap().0)
        .execute(&world.pool)
        .await
        .unwrap();
    commands::comment(&world.db, &world.operator.within(house.id), request, "A word.", &[]).await.unwrap();
    assert_eq!(mails(&world, "Operator wrote to you%").await.len(), 1, "the member alone");
    assert_eq!(on_home(&world, &house).await.len(), 1, "the home has it for all");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_said_by_a_chat_program_reaches_the_desk_as_a_comment_does(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = in_review(&world, &house).await.card.id;
    reviews::commands::approve(&world.db, &house.owner, request).await.unwrap();
    let say = || {
        controls::commands::send_message(
            &world.db,
            &house.owner,
            request,
            "m1",
            "The date on page 2 is wrong.",
        )
    };
    assert_eq!(say().await.unwrap(), MessageOutcome::Comment);
    assert_eq!(on_desk(&world).await.len(), 1);
    assert_eq!(mails(&world, "Harbor & Pine Law wrote%").await.len(), 1);
    assert_eq!(say().await.unwrap(), MessageOutcome::Before, "sent again, it is said once");
    assert_eq!(mails(&world, "Harbor & Pine Law wrote%").await.len(), 1);
}

/// A question to the client about what an agent has in hand.
async fn asked(world: &World, audience: Audience) -> crate::ids::ApprovalId {
    let question = Question {
        question: "Send it to the court?".into(),
        detail: String::new(),
        options: vec![Choice { key: "yes".into(), label: "Send it".into() }],
        open_for: 86_400,
        audience,
    };
    approvals::commands::ask(&world.db, &world.claim().await, question).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_that_nobody_at_work_reads_reaches_the_desk(pool: PgPool) {
    let world = World::new(pool).await;
    let (paused, resting, worked) = (
        world.client("Harbor & Pine Law", 1).await,
        world.client("Cedar", 1).await,
        world.client("Willow", 1).await,
    );
    world.ask(&worked, "Answer the court").await;
    let approval = asked(&world, Audience::Client).await;
    approvals::commands::answer(&world.db, &worked.owner, approval, "yes").await.unwrap();
    assert_eq!(on_desk(&world).await, [], "the agent reads it and goes on");
    assert_eq!(mails(&world, "%answered%").await, []);

    world.ask(&paused, "Answer the court").await;
    let approval = asked(&world, Audience::Client).await;
    world.subscription_is(&paused, "paused").await;
    let answered = approvals::commands::answer(&world.db, &paused.owner, approval, "yes").await.unwrap();
    assert!(matches!(answered, AnswerOutcome::Kept { .. }), "{answered:?}");
    let wrote = on_desk(&world).await;
    assert_eq!((wrote.len(), wrote[0].from.as_str()), (1, "Owner"));
    let told = mails(&world, "Harbor & Pine Law answered: #1 Answer the court").await;
    assert!(
        told.len() == 1
            && told[0].1.contains("Send it to the court?")
            && told[0].1.contains("Answer: Send it")
    );
    assert_eq!(on_home(&world, &paused).await, []);

    world.ask(&resting, "Answer the court").await;
    let approval = asked(&world, Audience::Client).await;
    agents::commands::set_ready(&world.db, &world.operator, world.agent, false).await.unwrap();
    approvals::commands::answer(&world.db, &resting.member, approval, "yes").await.unwrap();
    assert_eq!(on_desk(&world).await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_operator_s_answer_for_a_client_reaches_the_client(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Answer the court").await;
    let approval = asked(&world, Audience::Client).await;
    approvals::commands::answer(&world.db, &world.operator, approval, "yes").await.unwrap();
    let news = on_home(&world, &house).await;
    assert_eq!((news.len(), news[0].from.as_str()), (1, "Operator"));
    let told = mails(&world, "Operator answered for you: Answer the court").await;
    assert_eq!(told.len(), 2, "the owner and the member");
    assert!(told[0].1.contains("Answer: Send it") && told[0].1.contains("{link:/portal/requests/1}"));
    assert_eq!(on_desk(&world).await, []);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_operators_answer_among_themselves_is_no_client_s_news(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Answer the court").await;
    let approval = asked(&world, Audience::Operator).await;
    approvals::commands::answer(&world.db, &world.operator, approval, "yes").await.unwrap();
    assert_eq!(on_home(&world, &house).await, []);
    assert_eq!(mails(&world, "%answered%").await, []);
}
