use chrono::TimeDelta;
use chrono_tz::Tz;
use futures::FutureExt;
use sqlx::PgPool;

use super::world::ExportWorld;
use crate::{
    Actor, Error, Role, Scope,
    clients::commands::archive,
    exports::{
        Download, ExportState, PAUSE, VALID,
        commands::{clear, download, pack_due, start},
        queries::view,
    },
    files,
    ids::ExportId,
};

fn refusal<T: std::fmt::Debug>(done: crate::Result<T>) -> String {
    match done {
        Err(Error::Refused(why)) => why,
        other => panic!("it was not refused in words: {other:?}"),
    }
}

fn audited(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(who, what)| ((*who).to_owned(), (*what).to_owned())).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn owners_and_operators_take_everything_and_nobody_else_does(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let (hale, pine) = (world.fixture.client("Hale").await, world.fixture.client("Pine").await);
    let (db, store) = (world.db(), &world.store);
    for who in [&hale.member, &hale.billing] {
        let why = refusal(start(db, store, who, Tz::UTC).await);
        assert!(why.contains("Only an owner can download everything. Ask Owner."), "{why}");
        let page = view(db, who).await.unwrap();
        assert!(!page.may && page.owners == ["Owner"]);
    }
    world.packed(&hale.owner).await;
    let id = world.ready(&hale.owner).await;
    for who in [&hale.member, &hale.billing] {
        refusal(download(db, store, who, id).await);
    }
    let elsewhere = crate::testing::Fixture::beside(db, &pool).await.operator;
    for who in [&pine.owner, &world.fixture.operator.within(pine.id), &elsewhere.within(hale.id)] {
        assert!(matches!(download(db, store, who, id).await, Err(Error::NotFound)));
    }
    assert!(matches!(start(db, store, &elsewhere.within(hale.id), Tz::UTC).await, Err(Error::NotFound)));
    let desk = world.fixture.operator.within(hale.id);
    assert!(matches!(download(db, store, &desk, id).await, Ok(Download::File { .. })));
    let told = [
        ("Owner", "start_export"),
        ("The portal", "finish_export"),
        ("Owner", "download_export"),
        ("Operator", "download_export"),
    ];
    assert_eq!(world.audit().await, audited(&told));
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_asked_is_told_by_mail_in_their_zone(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let zone = |scope: &Scope, zone: &'static str| {
        sqlx::query("UPDATE person SET zone = $2, confirmed = true WHERE id = $1")
            .bind(scope.person().unwrap().0)
            .bind(zone)
            .execute(&pool)
    };
    zone(&hale.owner, "America/New_York").await.unwrap();
    zone(&world.fixture.operator, "Europe/Berlin").await.unwrap();
    world.packed(&hale.owner).await;
    let [(subject, body)] = &world.mails(&hale.owner).await[..] else { panic!("no mail, or several") };
    assert_eq!(subject, "Your download is ready");
    assert!(body.contains("{link:/portal/data}") && body.contains("03:00 (New York time)"), "{body}");
    assert!(
        world.mails(&world.fixture.operator).await.is_empty() && world.mails(&hale.member).await.is_empty()
    );

    world.fixture.wait(PAUSE + TimeDelta::minutes(1));
    let desk = world.fixture.operator.within(hale.id);
    world.packed(&desk).await;
    let [(subject, body)] = &world.mails(&desk).await[..] else { panic!("no mail, or several") };
    assert_eq!(subject, "The download for Hale is ready");
    assert!(body.contains(&format!("{{link:/desk/clients/{}/data}}", hale.id)), "{body}");
    assert_eq!(world.mails(&hale.owner).await.len(), 1);

    // An address that nobody has shown to be theirs is written nothing.
    world.fixture.wait(PAUSE + TimeDelta::minutes(1));
    sqlx::query("UPDATE person SET confirmed = false").execute(&pool).await.unwrap();
    world.packed(&hale.owner).await;
    assert_eq!(world.mails(&hale.owner).await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_at_a_time_is_packed_and_one_an_hour(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let (db, store, owner) = (world.db(), &world.store, &hale.owner);
    let twice = [start(db, store, owner, Tz::UTC), start(db, store, owner, Tz::UTC)];
    for done in futures::future::join_all(twice).await {
        done.unwrap();
    }
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM client_export").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 1, "who presses twice has asked once");
    assert_eq!(view(db, owner).await.unwrap().latest.unwrap().state, ExportState::Queued);
    pack_due(db, store).await.unwrap();
    let first = world.ready(owner).await;
    let why = refusal(start(db, store, owner, Tz::Europe__Berlin).await);
    assert_eq!(why, "You can prepare one download an hour. Try again after today 10:00.");
    assert!(view(db, owner).await.unwrap().next_at.is_some());

    world.fixture.wait(PAUSE);
    assert_eq!(view(db, owner).await.unwrap().next_at, None);
    world.start(owner).await;
    assert_eq!(world.ready(owner).await, first, "the one before stays until the new one is there");
    pack_due(db, store).await.unwrap();
    assert_ne!(world.ready(owner).await, first);
    assert_eq!(download(db, store, owner, first).await.unwrap(), Download::Gone);
    clear(db, store).await.unwrap();
    assert_eq!(world.objects().await.len(), 1, "and is then removed");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_node_begins_anew_where_one_died(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.furnished("halewood").await;
    let (db, store, owner) = (world.db(), &world.store, &hale.owner);
    world.start(owner).await;
    // As far as it comes until it has told how much there is; then its node is gone.
    {
        let mut dying = Box::pin(pack_due(db, store));
        loop {
            assert!((&mut dying).now_or_never().is_none(), "it was done before it could die");
            tokio::task::yield_now().await;
            if view(db, owner).await.unwrap().latest.unwrap().total > 0 {
                break;
            }
        }
    }
    let latest = async || view(db, owner).await.unwrap().latest.unwrap();
    assert_eq!(latest().await.state, ExportState::Working);
    assert_eq!(pack_due(db, store).await.unwrap(), 0, "nobody else takes it while it is believed alive");
    assert_eq!(world.objects().await, Vec::<String>::new(), "nothing half-done can be seen");
    world.fixture.wait(TimeDelta::seconds(61));
    assert_eq!(pack_due(db, store).await.unwrap(), 1);
    assert_eq!(latest().await.state, ExportState::Ready);
    assert_eq!(world.objects().await.len(), 1);
    assert!(matches!(download(db, store, owner, world.ready(owner).await).await, Ok(Download::File { .. })));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_kills_every_node_is_given_up_in_words(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let (db, store, owner) = (world.db(), &world.store, &hale.owner);
    world.start(owner).await;
    sqlx::query("UPDATE client_export SET attempt = 5, state = 'working', lease_until = created_at")
        .execute(&pool)
        .await
        .unwrap();
    pack_due(db, store).await.unwrap();
    let latest = view(db, owner).await.unwrap().latest.unwrap();
    assert_eq!(latest.state, ExportState::Failed);
    assert!(latest.failure.contains("Try again"), "{}", latest.failure);
    world.start(owner).await;
    pack_due(db, store).await.unwrap();
    world.ready(owner).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_full_disk_is_said_and_nothing_stays(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let (db, owner) = (world.db(), &hale.owner);
    let full = world.store.clone().with_floor(u64::MAX);
    assert!(refusal(start(db, &full, owner, Tz::UTC).await).contains("enough room"));
    // It fills up after the start.
    world.start(owner).await;
    pack_due(db, &full).await.unwrap();
    let latest = view(db, owner).await.unwrap().latest.unwrap();
    assert!(latest.state == ExportState::Failed && latest.failure.contains("enough room"), "{latest:?}");
    assert_eq!(world.objects().await, Vec::<String>::new());
}

#[sqlx::test(migrations = "../migrations")]
async fn after_a_week_it_is_gone(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.furnished("halewood").await;
    let (db, store, owner) = (world.db(), &world.store, &hale.owner);
    world.packed(owner).await;
    let id = world.ready(owner).await;
    world.fixture.wait(VALID - TimeDelta::minutes(1));
    assert_eq!((clear(db, store).await.unwrap(), world.objects().await.len()), (0, 1));
    // Neither is it a content that no file names.
    files::commands::clear(db, store).await.unwrap();
    assert_eq!(world.objects().await.len(), 1);
    assert!(matches!(download(db, store, owner, id).await, Ok(Download::File { .. })));

    world.fixture.wait(TimeDelta::minutes(1));
    assert_eq!(
        download(db, store, owner, id).await.unwrap(),
        Download::Gone,
        "before anybody has cleared it"
    );
    let page = view(db, owner).await.unwrap();
    assert!(page.ready.is_none() && page.latest.unwrap().state == ExportState::Expired);
    assert_eq!(clear(db, store).await.unwrap(), 1);
    assert_eq!(world.objects().await, Vec::<String>::new());
    world.start(owner).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_nothing_names_is_removed_after_a_day(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let (db, store) = (world.db(), &world.store);
    world.packed(&hale.owner).await;
    let files::store::StoreLocation::Folder(folder) = store.location() else { panic!("a folder") };
    let inside = folder.join("exports").join(world.fixture.workspace.to_string());
    for name in ["exp_0-1", "exp_0-2#1"] {
        std::fs::write(inside.join(name), b"half").unwrap();
    }
    let written = |name: &str, hours| {
        let file = std::fs::File::options().write(true).open(inside.join(name)).unwrap();
        file.set_modified((db.now() - TimeDelta::hours(hours)).into()).unwrap();
    };
    for (hours, left) in [(23, 3), (25, 1)] {
        written("exp_0-1", hours);
        written("exp_0-2#1", hours);
        clear(db, store).await.unwrap();
        assert_eq!(std::fs::read_dir(&inside).unwrap().count(), left);
    }
    world.ready(&hale.owner).await;
}

/// A backup holds the row and not the file.
#[sqlx::test(migrations = "../migrations")]
async fn one_whose_file_is_gone_has_expired(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let (db, store, owner) = (world.db(), &world.store, &hale.owner);
    world.packed(owner).await;
    let id: ExportId = world.ready(owner).await;
    let key = files::store::Key::parse(&world.objects().await[0]).unwrap();
    store.delete(&key).await.unwrap();
    assert_eq!(download(db, store, owner, id).await.unwrap(), Download::Gone);
    clear(db, store).await.unwrap();
    let page = view(db, owner).await.unwrap();
    assert_eq!((page.ready, page.latest.unwrap().state), (None, ExportState::Expired));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_owner_of_a_client_that_has_left_takes_everything_along(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    archive(world.db(), &world.fixture.operator, hale.id).await.unwrap();
    // What a sign-in makes of them since then.
    let after = |scope: &Scope| {
        let mut scope = scope.clone();
        if let Actor::Person { role, .. } = &mut scope.actor {
            *role = role.after_leaving();
        }
        scope
    };
    let owner = after(&hale.owner);
    assert_eq!(owner.role(), Some(Role::Billing));
    let (_, zip) = world.packed(&owner).await;
    assert!(zip.text("company.json").contains("\"left_at\": \"2026-11-23T08:00:00Z\""));
    for who in [&hale.member, &hale.billing] {
        refusal(start(world.db(), &world.store, &after(who), Tz::UTC).await);
    }
}
