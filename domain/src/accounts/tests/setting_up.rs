use sqlx::PgPool;
use tokio::task::JoinSet;

use super::GOOD;
use crate::{
    Error, Role,
    accounts::commands::{
        create_operator,
        set_up::{self, SetUpForm},
        sign_in,
    },
    testing::bare,
};

fn form(code: &str) -> SetUpForm<'_> {
    SetUpForm {
        code,
        business: "Northlight",
        zone: "Europe/Berlin",
        locale: "",
        currency: "EUR",
        bill_address: "1 Quay Street",
        bill_country: "US",
        bill_tax_number: "",
        bill_bank: "",
        bill_tax_note: "",
        name: "Olive Stone",
        email: "olive@desk.test",
        password: GOOD,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_code_of_the_terminal_makes_one_workspace(pool: PgPool) {
    let db = bare(&pool).await;
    let early = create_operator(&db, "olive@desk.test", "Olive", None).await;
    assert!(matches!(early, Err(Error::Refused(_))), "there is nothing to operate yet");
    let old = set_up::setup_code(&db).await.unwrap().unwrap();
    let code = set_up::setup_code(&db).await.unwrap().unwrap();
    for wrong in ["", "AAAA-AAAA-AAAA", &old] {
        let refused = set_up::set_up(&db, &form(wrong), "").await;
        assert!(matches!(refused, Err(Error::Fields(errors)) if errors.of("code").is_some()), "{wrong}");
    }
    let typed = code.to_lowercase().replace('-', " ");
    let mut tries = JoinSet::new();
    for _ in 0..4 {
        let (db, typed) = (db.clone(), typed.clone());
        tries.spawn(async move { set_up::set_up(&db, &form(&typed), "").await });
    }
    let done = tries.join_all().await;
    let places: Vec<_> = done.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(places.len(), 1);
    assert_eq!((places[0].role, places[0].client.clone()), (Role::Operator, None));
    assert!(done.iter().all(|result| matches!(result, Ok(_) | Err(Error::NotFound))));
    assert_eq!(set_up::setup_code(&db).await.unwrap(), None);
    let entered = sign_in(&db, places[0].workspace, "olive@desk.test", GOOD, "").await.unwrap();
    assert_eq!(entered[0].membership, places[0].membership);
    let agents: i64 = sqlx::query_scalar("SELECT count(*) FROM agent").fetch_one(&pool).await.unwrap();
    assert_eq!(agents, 1, "somebody is there to work");
}
