//! Whom the tests speak to: the stand-in, a world of its own for each test, or a real test account.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use domain::{
    money::{Currency, Money},
    payments::provider::{
        ChargeFact, ChargeInput, CustomerInput, PaymentProvider, ProviderError, ProviderObject, RefundInput,
    },
    sealed::Secret,
    secret::random_token,
};
use serde_json::Value;
use stripe::Stripe;
use url::Url;

macro_rules! on_stand_in {
    ($test:ident) => {
        #[tokio::test]
        #[ignore = "make test-money starts the stand-ins"]
        async fn stand_in() {
            match crate::peer::Peer::stand_in() {
                Some(peer) => super::$test(&peer).await,
                None => eprintln!("PASSED OVER: there is no stand-in for Stripe here"),
            }
        }
    };
}
pub(crate) use on_stand_in;

/// A test for each of the two, each passed over where there is nobody to speak to.
macro_rules! with_peers {
    ($($test:ident)+) => {$(
        mod $test {
            crate::peer::on_stand_in!($test);

            #[tokio::test]
            #[ignore = "needs STRIPE_TEST_KEY"]
            async fn stripe_itself() {
                match crate::peer::Peer::stripe_itself() {
                    Some(peer) => super::$test(&peer).await,
                    None => eprintln!("PASSED OVER: there is no STRIPE_TEST_KEY"),
                }
            }
        }
    )+};
}
pub(crate) use with_peers;

/// The same for what only the stand-in can play.
macro_rules! with_stand_in {
    ($($test:ident)+) => {$(
        mod $test {
            crate::peer::on_stand_in!($test);
        }
    )+};
}
pub(crate) use with_stand_in;

static WORLDS: AtomicU64 = AtomicU64::new(0);

/// An address of the environment; none where it is not set or empty.
pub fn address(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|address| !address.is_empty())
}

pub struct Peer {
    pub stripe: Stripe,
    pub url: Url,
    key: String,
    http: reqwest::Client,
    is_stand_in: bool,
}

impl Peer {
    /// The stand-in, in a world of this test's own.
    pub fn stand_in() -> Option<Self> {
        let world = WORLDS.fetch_add(1, Ordering::Relaxed);
        let url = format!("{}/worlds/w{}x{world}", address("STRIPE_STAND_IN")?, std::process::id());
        Some(Self::at(&url, "rk_test_stand_in", true))
    }

    /// A real account, by a key that moves no real money.
    pub fn stripe_itself() -> Option<Self> {
        let key = address("STRIPE_TEST_KEY")?;
        assert!(!stripe::is_live(&key), "STRIPE_TEST_KEY is a key that moves real money");
        Some(Self::at(stripe::API_URL, &key, false))
    }

    fn at(url: &str, key: &str, is_stand_in: bool) -> Self {
        let (url, http): (Url, _) = (url.parse().unwrap(), Stripe::http().unwrap());
        let stripe = Stripe::new(http.clone(), url.clone(), Secret::new(key));
        Self { stripe, url, key: key.to_owned(), http, is_stand_in }
    }

    /// The same account by another key.
    pub fn by_key(&self, key: &str) -> Stripe {
        Stripe::new(self.http.clone(), self.url.clone(), Secret::new(key))
    }

    /// A customer of this test's own.
    pub async fn customer(&self) -> String {
        let name = random_token();
        let customer = CustomerInput {
            name: "Quill & Søn".into(),
            email: format!("{}@quill.example", name.to_lowercase().replace(['_', '-'], "x")),
            client: format!("cli_{name}"),
        };
        self.stripe.ensure_customer(&customer).await.unwrap()
    }

    /// A card of that number, kept for the customer. Stripe itself takes no numbers from a server, and has names for them.
    pub async fn card(&self, customer: &str, number: &str, name: &str) -> String {
        let method = if self.is_stand_in {
            let card = [
                ("type", "card"),
                ("card[number]", number),
                ("card[exp_month]", "12"),
                ("card[exp_year]", "2034"),
                ("card[cvc]", "123"),
            ];
            self.post("/v1/payment_methods", &card).await["id"].as_str().unwrap().to_owned()
        } else {
            name.to_owned()
        };
        let kept =
            self.post(&format!("/v1/payment_methods/{method}/attach"), &[("customer", customer)]).await;
        kept["id"].as_str().unwrap_or_else(|| panic!("{kept}")).to_owned()
    }

    /// Posts by hand, without the crate.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = format!("{}{path}", self.url.as_str().trim_end_matches('/'));
        let request = self.http.post(url).bearer_auth(&self.key);
        let typed = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        typed.send().await.unwrap().json().await.unwrap()
    }

    /// Reads by hand.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url.as_str().trim_end_matches('/'));
        self.http.get(url).bearer_auth(&self.key).send().await.unwrap().json().await.unwrap()
    }

    /// What a person does on a page of Checkout: the status, where it leads to, what it says.
    pub async fn press(&self, page: &str, form: &[(&str, &str)]) -> (u16, String, String) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(page).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        let (status, location) = (answer.status().as_u16(), answer.headers().get("location").cloned());
        let location = location.map(|location| location.to_str().unwrap().to_owned()).unwrap_or_default();
        (status, location, answer.text().await.unwrap())
    }

    /// Charges $50.00.
    pub async fn charge(&self, customer: &str, method: &str) -> Result<ChargeFact, ProviderError> {
        self.stripe.charge(&charge(customer, method)).await
    }

    /// A charge as it is now.
    pub async fn read_charge(&self, reference: &str) -> ChargeFact {
        match self.stripe.read(reference).await.unwrap() {
            ProviderObject::Charge(fact) => fact,
            other => panic!("{other:?} is no charge"),
        }
    }
}

/// A charge of $50.00 under a key of its own.
pub fn charge(customer: &str, method: &str) -> ChargeInput {
    let attempt = format!("try_{}", random_token());
    ChargeInput {
        key: attempt.clone(),
        customer: customer.to_owned(),
        method: method.to_owned(),
        attempt,
        amount: dollars(5_000),
        title: "Invoice 0042".into(),
        is_present: false,
    }
}

pub fn refund(charge: &str, minor: i64) -> RefundInput {
    let refund = format!("rfd_{}", random_token());
    RefundInput { key: refund.clone(), charge: charge.to_owned(), amount: dollars(minor), refund }
}

pub fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// A little ago by this machine's clock, which Stripe's stand-ins go by as well.
#[allow(clippy::disallowed_methods, reason = "what is outside goes by the real time")]
pub fn lately() -> chrono::DateTime<Utc> {
    Utc::now() - chrono::TimeDelta::minutes(2)
}
