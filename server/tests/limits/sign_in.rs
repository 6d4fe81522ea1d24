//! The way in over HTTP while others guess.

use domain::{
    accounts::{commands::create_operator, limits::SIGN_IN_PAIR},
    secret,
    testing::Fixture,
};
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use server::shutdown::Shutdown;
use sqlx::PgPool;

use super::shared::{FORM_KEY, serve};

const OLIVE: &str = "olive@desk.test";
const GOOD: &str = "nine green boats";
/// A browser's own half of its form token.
const SEED: &str = "seed-of-a-browser-of-this-test";

struct SignInPortal {
    http: Client,
    address: String,
}

impl SignInPortal {
    async fn new(fixture: &Fixture) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = format!("http://{}", serve(&fixture.db, &Shutdown::default()).await);
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, address }
    }

    async fn enter(&self, email: &str, password: &str, cookie: &str) -> Response {
        let token = secret::keyed_hash(FORM_KEY, SEED.as_bytes());
        let fields = [("form_token", token.as_str()), ("email", email), ("password", password)];
        self.http
            .post(format!("{}/sign-in", self.address))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("form={SEED}; {cookie}"))
            .body(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
            .send()
            .await
            .unwrap()
    }
}

/// The cookie of a known browser, as it is set.
fn device(response: &Response) -> Option<String> {
    let set = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    set.map(str::to_owned).find(|cookie| cookie.starts_with("device="))
}

#[sqlx::test(migrations = "../migrations")]
async fn a_browser_that_is_known_comes_in_through_a_flood(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    create_operator(&fixture.db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    let door = SignInPortal::new(&fixture).await;
    let first = door.enter(OLIVE, GOOD, "").await;
    assert_eq!(
        (first.status(), &first.headers()["location"]),
        (StatusCode::SEE_OTHER, &"/desk".parse().unwrap())
    );
    let set = device(&first).expect("the browser is remembered");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("olive") && !set.contains("per_"), "it names nobody: {set}");
    let known = set.split(';').next().unwrap();

    for _ in 0..SIGN_IN_PAIR.most {
        let guess = door.enter(OLIVE, "a guess", "").await;
        assert_eq!(guess.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(device(&guess), None, "nobody is known by a guess");
    }
    assert_eq!(door.enter(OLIVE, GOOD, "").await.status(), StatusCode::TOO_MANY_REQUESTS);
    let forged = format!("device={}.{}", secret::random_token(), &secret::random_token()[..22]);
    assert_eq!(door.enter(OLIVE, GOOD, &forged).await.status(), StatusCode::TOO_MANY_REQUESTS);
    let hers = door.enter(OLIVE, GOOD, known).await;
    assert_eq!(hers.status(), StatusCode::SEE_OTHER);
    assert_eq!(device(&hers), None, "it is known already");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_address_of_other_letters_signs_in_however_it_is_typed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    create_operator(&fixture.db, "info@müller.de", "Olive Stone", Some(GOOD)).await.unwrap();
    let door = SignInPortal::new(&fixture).await;
    for typed in ["info@müller.de", "INFO@Müller.DE", "info@xn--mller-kva.de"] {
        assert_eq!(door.enter(typed, GOOD, "").await.status(), StatusCode::SEE_OTHER, "{typed}");
    }
    let kept: String = sqlx::query_scalar("SELECT email FROM person WHERE email LIKE '%mller%'")
        .fetch_one(&fixture.pool)
        .await
        .unwrap();
    assert_eq!(kept, "info@xn--mller-kva.de", "as the mail goes out");
}
