use uuid::Uuid;

use super::{note::Viewers, *};

const GRACE: Duration = Duration::from_secs(10);

fn rosa() -> Viewer {
    Viewer { name: "Rosa Klein".into(), initials: "RK".into(), kind: "person".into() }
}

#[tokio::test(start_paused = true)]
async fn two_tabs_are_one_person_and_a_reload_is_not_a_leaving() {
    let presence = Arc::new(Presence::default());
    let (stream, person) = (StreamId::generate(), PersonId::new());
    let (first, mut viewers) = presence.join(stream, person, rosa(), GRACE);
    let (second, _) = presence.join(stream, person, rosa(), GRACE);
    assert_eq!(viewers.borrow_and_update().len(), 1);
    drop((first, second));
    tokio::time::sleep(GRACE / 2).await;
    let (again, _) = presence.join(stream, person, rosa(), GRACE);
    tokio::time::sleep(GRACE * 2).await;
    assert_eq!(viewers.borrow().len(), 1);
    drop(again);
    tokio::time::sleep(GRACE * 2).await;
    assert!(viewers.borrow().is_empty());
    assert!(presence.rooms().is_empty());
}

/// What another node said of its people holds until it says otherwise, or falls silent.
#[tokio::test(start_paused = true)]
async fn people_of_a_silent_node_are_gone() {
    let (presence, node, other) = (Arc::new(Presence::default()), Uuid::now_v7(), Uuid::now_v7());
    let (stream, person) = (StreamId::generate(), PersonId::new());
    let olga = Viewer { name: "Olga Berg".into(), initials: "OB".into(), kind: "operator".into() };
    let note = |people| note::write([Viewers { stream, people }].into_iter()).remove(0);
    presence.apply_note(node, &note(vec![(PersonId::new(), olga), (person, rosa())]));
    let (seat, mut viewers) = presence.join(stream, person, rosa(), GRACE);
    assert_eq!(viewers.borrow_and_update().len(), 2);

    tokio::time::sleep(GRACE).await;
    presence.apply_note(other, &note(vec![(person, rosa())]));
    presence.forget(|_, others| others.seen_at.elapsed() >= GRACE);
    assert_eq!(*viewers.borrow_and_update(), [rosa()]);

    drop(seat);
    tokio::time::sleep(GRACE * 2).await;
    assert_eq!(*viewers.borrow_and_update(), [rosa()]);
    presence.apply_note(other, &note(Vec::new()));
    assert!(viewers.borrow().is_empty());
    assert!(presence.rooms().is_empty());
}
