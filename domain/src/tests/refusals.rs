//! Bad input gets a clear message beside its field, and leaves nothing behind.

use sqlx::PgPool;

use super::world::World;
use crate::testing::new_request;
use crate::{
    Error, FieldErrors,
    agents::{self, NewAgent},
    deliverables::{self, Content},
    files::{self, NewFile},
    requests::{NewRequest, commands},
    reviews, runs,
    session::Part,
};

fn fields<T: std::fmt::Debug>(result: Result<T, Error>) -> FieldErrors {
    match result {
        Err(Error::Fields(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_request_needs_a_title_and_a_brief_that_fit(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let ask = async |title: &str, brief: &str| {
        let new = NewRequest { title: title.into(), brief: brief.into(), ..new_request("") };
        commands::create(&world.db, &house.owner, new).await
    };
    let both = fields(ask(" \u{0} ", "\n").await);
    assert!(both.of("title").is_some() && both.of("brief").is_some());
    assert!(fields(ask(&"é".repeat(161), "Yes").await).of("title").unwrap().contains("161"));
    assert!(fields(ask("Yes", &"x".repeat(50_001)).await).of("brief").is_some());
    assert_eq!(world.count("SELECT count(*) FROM request").await, 0);
    let longest = ask(&"é".repeat(160), &"x".repeat(50_000)).await.unwrap();
    assert_eq!(longest, 1);
    ask("two\r\nlines\u{0}", "Zero\u{0} byte").await.unwrap();
    let seen = world.request(house.id, 2).await;
    assert_eq!((seen.card.title.as_str(), seen.brief.as_str()), ("two lines", "Zero byte"));
    assert!(matches!(
        commands::create(&world.db, &house.billing, new_request("No")).await,
        Err(Error::Refused(_))
    ));
    assert!(matches!(
        commands::create(&world.db, &world.operator, new_request("Whose?")).await,
        Err(Error::NotFound)
    ));
    let in_its_name = world.operator.within(house.id);
    assert_eq!(commands::create(&world.db, &in_its_name, new_request("For them")).await.unwrap(), 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_has_begun_is_edited_no_more(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let first = world.ask(&house, "Draft a lease").await.card.id;
    let second = world.ask(&house, "Answer the court").await;
    let edit = async |id, title| commands::edit(&world.db, &house.owner, id, title, "Other words.").await;
    assert!(matches!(edit(first, "Late").await, Err(Error::Refused(_))));
    assert!(fields(edit(second.card.id, " ").await).of("title").is_some());
    edit(second.card.id, "Answer both courts").await.unwrap();
    let read = crate::session::Conversation::read(&world.events(second.session_stream).await);
    assert_eq!(read.entries.len(), 1, "the newer words stand in the place of the older");
    assert_eq!(world.request(house.id, 2).await.card.title, "Answer both courts");
}

#[sqlx::test(migrations = "../migrations")]
async fn changes_are_counted_and_end(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await.card.id;
    let change =
        async |reason| reviews::commands::ask_for_change(&world.db, &house.owner, asked, reason).await;
    assert!(matches!(change("Too early").await, Err(Error::Refused(_))));
    for round in 1..=3 {
        let claimed = world.claim().await;
        assert!(
            matches!(
                deliverables::commands::submit_for_review(&world.db, &claimed).await,
                Err(Error::Refused(_))
            ) == (round == 1)
        );
        if round == 1 {
            deliverables::commands::put(&world.db, &claimed, "Lease", Content::Body("Draft".into()))
                .await
                .unwrap();
            deliverables::commands::submit_for_review(&world.db, &claimed).await.unwrap();
        }
        assert!(fields(change(" ").await).of("reason").is_some());
        match change("Shorter").await {
            Ok(()) => assert!(round < 3),
            Err(Error::Refused(why)) => {
                assert_eq!(round, 3);
                assert!(why.starts_with("You’ve used all 2 revisions in your plan."), "{why}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    reviews::commands::approve(&world.db, &house.owner, asked).await.unwrap();
    reviews::commands::approve(&world.db, &house.owner, asked).await.unwrap();
    assert_eq!(
        world.count("SELECT count(*) FROM review WHERE verdict = 'approved'").await,
        1,
        "a second click is no second verdict"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn files_are_attached_by_who_added_them(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let other = world.client("Hill Insurance", 1).await;
    let new = |name: &str| NewFile {
        name: name.into(),
        media_type: "application/pdf".into(),
        label: "PDF".into(),
        is_text: false,
        bytes: 7,
        sha256: "0".repeat(64),
        request: None,
    };
    let mine = files::commands::add(&world.db, &house.owner, new("../old lease.pdf")).await.unwrap();
    let theirs = files::commands::add(&world.db, &other.owner, new("policy.pdf")).await.unwrap();
    assert_eq!(files::queries::get(&world.db, &house.member, mine).await.unwrap().name, "old lease.pdf");
    assert!(matches!(files::queries::get(&world.db, &house.owner, theirs).await, Err(Error::NotFound)));
    let bad = NewFile { sha256: "../../etc/passwd".into(), ..new("x") };
    assert!(fields(files::commands::add(&world.db, &house.owner, bad).await).of("files").is_some());

    let with = |files| NewRequest { files, ..new_request("Draft a lease") };
    assert!(
        fields(commands::create(&world.db, &house.owner, with(vec![theirs])).await).of("files").is_some()
    );
    assert!(fields(commands::create(&world.db, &house.member, with(vec![mine])).await).of("files").is_some());
    commands::create(&world.db, &house.owner, with(vec![mine])).await.unwrap();
    let seen = world.request(house.id, 1).await;
    assert_eq!(seen.files.len(), 1);
    let more = files::commands::add(&world.db, &house.member, new("plan.pdf")).await.unwrap();
    commands::comment(&world.db, &house.member, seen.card.id, "", &[more]).await.unwrap();
    assert!(
        fields(commands::comment(&world.db, &house.member, seen.card.id, " ", &[]).await)
            .of("text")
            .is_some()
    );
    let names: Vec<String> = files::queries::of_request(&world.db, &house.owner, seen.card.id)
        .await
        .unwrap()
        .into_iter()
        .map(|f| f.name)
        .collect();
    assert_eq!(names, ["old lease.pdf", "plan.pdf"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_writes_its_own_words_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let asked = world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    let before = world.events(asked.session_stream).await.len();
    for part in [
        Part::DataReview { approved: true, reason: String::new() },
        Part::DataComment { text: "I am Rosa".into() },
        Part::DataRun { state: crate::session::RunState::Completed, failure: None, rehearsal: false },
    ] {
        assert!(matches!(
            runs::commands::append_events(&world.db, &claimed, vec![part]).await,
            Err(Error::Broken(_))
        ));
    }
    assert_eq!(world.events(asked.session_stream).await.len(), before);
}

#[sqlx::test(migrations = "../migrations")]
async fn only_operators_take_agents_on(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let new = |name: &str| NewAgent { name: name.into(), persona: String::new(), client: Some(house.id) };
    assert!(matches!(
        agents::commands::create(&world.db, &house.owner, new("Sly")).await,
        Err(Error::NotFound)
    ));
    assert!(
        fields(agents::commands::create(&world.db, &world.operator, new(" ")).await).of("name").is_some()
    );
    let beside = world.beside().await;
    assert!(
        fields(agents::commands::create(&world.db, &beside.operator, new("Astray")).await)
            .of("client")
            .is_some()
    );
    let own = agents::commands::create(&world.db, &world.operator, new("Juno")).await.unwrap();
    assert_eq!(
        agents::queries::for_client(&world.db, &house.owner, house.id).await.unwrap(),
        Some(own),
        "its own before anyone's"
    );
    world.ask(&house, "Draft a lease").await;
    let now = agents::queries::list_with_runs(&world.db, &world.operator).await.unwrap();
    let juno = now.iter().find(|now| now.agent.id == own).unwrap();
    assert_eq!((juno.runs.len(), juno.client_name.as_deref()), (1, Some("Harbor & Pine Law")));
    agents::commands::set_ready(&world.db, &world.operator, own, false).await.unwrap();
    assert_eq!(
        agents::queries::for_client(&world.db, &house.owner, house.id).await.unwrap(),
        Some(world.agent)
    );
}
