use super::*;

const GRACE: Duration = Duration::from_secs(10);

fn rosa() -> Looking {
    Looking { name: "Rosa Klein".into(), initials: "RK".into(), kind: "person".into() }
}

#[tokio::test(start_paused = true)]
async fn two_tabs_are_one_person_and_a_reload_is_not_a_leaving() {
    let presence = Arc::new(Presence::default());
    let (stream, person) = (StreamId::generate(), PersonId::new());
    let (first, mut heard) = presence.join(stream, person, rosa(), GRACE);
    let (second, _) = presence.join(stream, person, rosa(), GRACE);
    assert_eq!(heard.borrow_and_update().len(), 1);
    drop((first, second));
    tokio::time::sleep(GRACE / 2).await;
    let (again, _) = presence.join(stream, person, rosa(), GRACE);
    tokio::time::sleep(GRACE * 2).await;
    assert_eq!(heard.borrow().len(), 1);
    drop(again);
    tokio::time::sleep(GRACE * 2).await;
    assert!(heard.borrow().is_empty());
    assert!(presence.rooms().is_empty());
}
