//! From asking to done, the way it goes when all goes well.

use sqlx::PgPool;

use super::world::World;
use crate::{
    Actor, Scope,
    accounts::commands::profile,
    approvals::{self, AnswerOutcome, Audience, Question},
    deliverables::{self, Content},
    ids::PersonId,
    requests::{Column, queries},
    reviews, runs,
    session::{AuthorKind, Body, Choice, Conversation, Part, RunState},
};

fn question() -> Question {
    Question {
        question: "May I leave the pet clause out?".into(),
        detail: String::new(),
        options: vec![
            Choice { key: "out".into(), label: "Leave it out".into() },
            Choice { key: "in".into(), label: "Keep it".into() },
        ],
        open_for: 3_600,
        audience: Audience::Client,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn from_asking_to_done(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let first = world.ask(&house, "Draft a lease").await;
    let second = world.ask(&house, "Answer the court").await;
    assert_eq!((first.card.number, second.card.number), (1, 2));
    assert_eq!((first.card.column, second.card.column), (Column::InProgress, Column::UpNext));
    assert_eq!(first.card.agent.as_deref(), Some("Mina"));
    assert_eq!(first.card.run.as_ref().unwrap().state, RunState::Queued);

    let claimed = world.claim().await;
    assert_eq!((claimed.request, claimed.attempt), (first.card.id, 1));
    let words = |id: &str, delta: &str| {
        vec![
            Part::TextStart { id: id.into() },
            Part::TextDelta { id: id.into(), delta: delta.into() },
            Part::TextEnd { id: id.into() },
        ]
    };
    runs::commands::append_events(&world.db, &claimed, words("1", "I read the old lease first."))
        .await
        .unwrap();
    let approval = approvals::commands::ask(&world.db, &claimed, question()).await.unwrap();

    let home = queries::home(&world.db, &house.owner).await.unwrap();
    assert_eq!(home.waiting_on_me[0].waiting_for.as_deref(), Some("May I leave the pet clause out?"));
    assert_eq!((home.working.len(), home.next.len()), (0, 1));
    assert_eq!((home.places.taken, home.places.allowed), (1, Some(1)));
    assert_eq!(approvals::queries::list_open(&world.db, &house.member).await.unwrap()[0].id, approval);

    let answered = approvals::commands::answer(&world.db, &house.member, approval, "out").await.unwrap();
    assert_eq!(answered, AnswerOutcome::Won { label: "Leave it out".into() });
    assert_eq!(
        runs::commands::heartbeat(&world.db, &claimed, super::world::LEASE).await.unwrap(),
        runs::LeaseState::Hold
    );
    runs::commands::append_events(&world.db, &claimed, words("2", "Left out. Here is the lease."))
        .await
        .unwrap();
    let text = Content::Body("# Lease\n\nNo pets are mentioned.".into());
    assert_eq!(deliverables::commands::put(&world.db, &claimed, "Lease", text).await.unwrap(), 1);
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    assert_eq!(world.request(house.id, 1).await.card.column, Column::Review);

    reviews::commands::ask_for_change(&world.db, &house.owner, first.card.id, "Add the deposit.")
        .await
        .unwrap();
    let again = world.request(house.id, 1).await;
    assert_eq!((again.card.column, again.card.revisions_used), (Column::InProgress, 1));
    let claimed = world.claim().await;
    let text = Content::Body("# Lease\n\nWith a deposit.".into());
    assert_eq!(deliverables::commands::put(&world.db, &claimed, "Lease", text).await.unwrap(), 2);
    deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
    reviews::commands::approve(&world.db, &house.owner, first.card.id).await.unwrap();

    let done = world.request(house.id, 1).await;
    assert_eq!((done.card.column, done.card.done_by.as_deref()), (Column::Done, Some("Owner")));
    assert_eq!(done.deliverables[0].versions.len(), 2);
    assert_eq!(done.deliverables[0].versions[0].by.as_deref(), Some("Mina"));
    assert_eq!(done.reviews.len(), 2);
    assert_eq!(
        world.request(house.id, 2).await.card.column,
        Column::InProgress,
        "done starts the next one by itself"
    );
    let full =
        deliverables::queries::version(&world.db, &house.member, done.deliverables[0].id, 2).await.unwrap();
    assert_eq!((full.request, full.body.as_deref()), (1, Some("# Lease\n\nWith a deposit.")));
    reads_as_it_went(&world, done.session_stream).await;
}

/// The conversation alone tells the whole story.
async fn reads_as_it_went(world: &World, session: uuid::Uuid) {
    let events = world.events(session).await;
    let read = Conversation::read(&events);
    let story: Vec<String> = read
        .entries
        .iter()
        .map(|entry| match &entry.body {
            Body::Asked { title, .. } => format!("{} asks: {title}", entry.author.name),
            Body::Words { text, writing } => {
                format!("{}: {text}{}", entry.author.name, if *writing { "…" } else { "" })
            }
            Body::Approval { question, settled, .. } => {
                let settled = settled.as_ref().unwrap();
                format!("{question} {} by {}", settled.label.as_deref().unwrap(), settled.by)
            }
            Body::Deliverable { title, version, .. } => format!("{title} {version}"),
            Body::Review { approved, reason } => format!("approved {approved} {reason}"),
            Body::Moved { to, .. } => format!("to {}", to.as_str()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        story,
        [
            "Owner asks: Draft a lease",
            "to in_progress",
            "Mina: I read the old lease first.",
            "May I leave the pet clause out? Leave it out by Member",
            "to waiting",
            "to in_progress",
            "Mina: Left out. Here is the lease.",
            "Lease 1",
            "to review",
            "approved false Add the deposit.",
            "to in_progress",
            "Lease 2",
            "to review",
            "approved true ",
            "to done",
        ]
    );
    let run = read.run.unwrap();
    assert_eq!((run.state, run.agent.as_str()), (RunState::Completed, "Mina"));
    assert!(events.iter().all(|event| event.author.kind != AuthorKind::Operator));
}

#[sqlx::test(migrations = "../migrations")]
async fn mail_is_written_in_a_clients_words(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    approvals::commands::ask(&world.db, &claimed, question()).await.unwrap();
    let mails: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, body FROM mail WHERE subject NOT LIKE 'Invoice%' ORDER BY id")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(mails.len(), 2, "the owner and the member, not the one for billing");
    let (subject, body) = &mails[0];
    assert_eq!(subject, "Mina has a question about “Draft a lease”");
    assert!(
        body.contains("May I leave the pet clause out?") && body.contains("{link:/portal/requests/1}"),
        "{body}"
    );
    for word in ["AI", "token", "prompt", "model", "session", "run", "stream", "LLM", "approval"] {
        assert!(
            !body.split(|c: char| !c.is_alphanumeric()).any(|w| w.eq_ignore_ascii_case(word)),
            "{word} in {body}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_mail_says_times_in_the_zone_of_who_reads_it(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    profile::choose_zone(&world.db, person(&house.owner), "America/Los_Angeles").await.unwrap();
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    approvals::commands::ask(&world.db, &claimed, question()).await.unwrap();
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM mail WHERE subject LIKE '%question%' ORDER BY id")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let [owner, member] = &bodies[..] else { panic!("{bodies:?}") };
    assert!(owner.contains("(Los Angeles time)"), "{owner}");
    assert!(member.contains("(Berlin time)"), "the workspace's, as nobody said another: {member}");
    // What a browser says later does not undo a choice, and a name that is no zone's changes nothing.
    profile::remember_zone(&world.db, person(&house.owner), chrono_tz::Asia::Tokyo).await.unwrap();
    profile::remember_zone(&world.db, person(&house.member), chrono_tz::Asia::Tokyo).await.unwrap();
    assert!(profile::choose_zone(&world.db, person(&house.owner), "Europe/Atlantis").await.is_err());
    let zones: Vec<Option<String>> =
        sqlx::query_scalar("SELECT zone FROM person WHERE name IN ('Owner', 'Member') ORDER BY name DESC")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(zones, [Some("America/Los_Angeles".to_owned()), Some("Asia/Tokyo".to_owned())]);
}

fn person(scope: &Scope) -> PersonId {
    match &scope.actor {
        Actor::Person { id, .. } => *id,
        other => panic!("{other:?} is no person"),
    }
}
