use sqlx::PgPool;

use super::{
    DayForm, SettingsForm,
    commands::update,
    queries::{by_host_in, settings},
};
use crate::{Error, FieldErrors, SystemRole, calendar::Opening, money::Currency, testing::Fixture};

async fn typed(fixture: &Fixture) -> SettingsForm {
    SettingsForm::from(&settings(&fixture.db, &fixture.operator).await.unwrap())
}

fn errors(typed: &SettingsForm) -> FieldErrors {
    match typed.read() {
        Err(Error::Fields(errors)) => errors,
        other => panic!("not refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn settings_are_kept_as_they_were_typed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let mut typed = typed(&fixture).await;
    assert_eq!((typed.zone.as_str(), typed.days[0].open, typed.days[5].open), ("Europe/Berlin", true, false));
    // The country is asked for from now on, also of who was one text so far.
    assert_eq!((typed.sender.name.as_str(), typed.sender.address.as_str()), ("Northlight", "1 Quay Street"));
    assert!(errors(&typed).of("bill_country").is_some());
    typed.sender.country = "US".into();
    typed.zone = "America/New_York".into();
    typed.currency = "eur".into();
    typed.days[0] = DayForm { open: true, from: "9:00".into(), to: "17:30".into() };
    typed.days[5].open = true;
    typed.holidays = "2026-12-25\n\n2027-01-01".into();
    (typed.line_light, typed.line_dark) = ("#7A3B8F".into(), "#c79ad6".into());
    let kept = typed.read().unwrap();
    update(&fixture.db, &fixture.operator, &kept).await.unwrap();
    let found = settings(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(found, kept);
    assert_eq!(found.calendar.days()[0], Some(Opening::new("09:00", "17:30").unwrap()));
    assert_eq!((found.currency, found.calendar.holidays().len()), (Currency::EUR, 2));
    let mut tx = fixture.db.begin_as(SystemRole::Auth).await.unwrap();
    let workspace = by_host_in(tx.conn(), "").await.unwrap().unwrap();
    assert_eq!(
        (workspace.zone.as_str(), workspace.line_light.as_deref()),
        ("America/New_York", Some("#7a3b8f"))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn everything_wrong_is_told_at_its_field(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let mut typed = typed(&fixture).await;
    typed.name = " ".into();
    typed.zone = "Berlin".into();
    typed.currency = "XYZ".into();
    typed.days[1] = DayForm { open: true, from: "17:00".into(), to: "09:00".into() };
    typed.holidays = "25.12.2026".into();
    (typed.line_light, typed.line_dark) = ("#ffee00".into(), "#111111".into());
    let told: Vec<String> = errors(&typed).iter().map(|(field, _)| field.to_owned()).collect();
    let expected =
        ["name", "bill_country", "currency", "zone", "tuesday-from", "holidays", "line_light", "line_dark"];
    assert_eq!(told, expected);
    let mut closed =
        SettingsForm { name: "Northlight".into(), zone: "UTC".into(), currency: "USD".into(), ..typed };
    closed.days = Default::default();
    closed.line_dark.clear();
    closed.holidays.clear();
    let told = errors(&closed);
    assert!(told.of("days").is_some_and(|advice| advice.starts_with("Choose at least one business day")));
    assert!(told.of("line_dark").is_some_and(|advice| advice.starts_with("Choose a dark mode color")));
}

#[sqlx::test(migrations = "../migrations")]
async fn settings_are_the_operators_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let other = Fixture::beside(&fixture.db, &pool).await;
    let client = fixture.client("Harbor").await;
    let kept = settings(&fixture.db, &fixture.operator).await.unwrap();
    for scope in [&client.owner, &fixture.operator.within(client.id)] {
        assert!(matches!(update(&fixture.db, scope, &kept).await, Err(Error::NotFound)));
        assert!(matches!(settings(&fixture.db, scope).await, Err(Error::NotFound)));
    }
    let mut theirs = kept.clone();
    theirs.name = "Other".into();
    update(&fixture.db, &other.operator, &theirs).await.unwrap();
    assert_eq!(settings(&fixture.db, &fixture.operator).await.unwrap(), kept);
}
