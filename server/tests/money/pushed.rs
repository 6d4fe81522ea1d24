//! localstripe's webhooks, which nobody here wrote.

use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use domain::{
    payments::provider::{ChargeState, PaymentProvider, ProviderObject},
    sealed::Secret,
};
use reqwest::Client;
use serde_json::Value;
use stripe::{Stripe, webhook};
use tokio::{sync::mpsc, time::timeout};

use crate::peer::{address, lately};

const SECRET: &str = "whsec_localstripe";

async fn send(http: &Client, url: &str, form: &[(&str, &str)]) -> Value {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = http.post(url).bearer_auth("sk_test_local");
    let answer = request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await;
    serde_json::from_str(&answer.unwrap().text().await.unwrap()).unwrap_or_default()
}

type Pushed = (HeaderMap, Bytes);

async fn receive_push(State(heard): State<mpsc::UnboundedSender<Pushed>>, headers: HeaderMap, body: Bytes) {
    heard.send((headers, body)).unwrap();
}

#[tokio::test]
#[ignore = "make test-money starts the stand-ins"]
async fn what_is_pushed_is_believed_and_read_anew() {
    let Some(local) = address("LOCALSTRIPE") else { return };
    let (sender, mut heard) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let routes = Router::new().route("/hook", post(receive_push)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let http = Stripe::http().unwrap();
    send(&http, &format!("{local}/_config/webhooks/money"), &[("url", &hook), ("secret", SECRET)]).await;

    let at = |path: &str| format!("{local}{path}");
    let customer = send(&http, &at("/v1/customers"), &[("email", "a@quill.example")]).await;
    let customer = customer["id"].as_str().unwrap().to_owned();
    let card = [
        ("type", "card"),
        ("card[number]", "4242424242424242"),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2034"),
        ("card[cvc]", "123"),
    ];
    let method = send(&http, &at("/v1/payment_methods"), &card).await["id"].as_str().unwrap().to_owned();
    let attach = at(&format!("/v1/payment_methods/{method}/attach"));
    send(&http, &attach, &[("customer", &customer)]).await;
    let charge = [
        ("amount", "5000"),
        ("currency", "usd"),
        ("customer", &customer),
        ("payment_method", &method),
        ("off_session", "true"),
        ("confirm", "true"),
        ("metadata[attempt]", "try_1"),
    ];
    let made = send(&http, &at("/v1/payment_intents"), &charge).await["id"].as_str().unwrap().to_owned();

    let secrets = [Secret::new("whsec_the_next_one"), Secret::new(SECRET)];
    let now = lately() + chrono::TimeDelta::minutes(2);
    loop {
        let (headers, body) = timeout(Duration::from_secs(30), heard.recv()).await.unwrap().unwrap();
        let header = headers[webhook::HEADER].to_str().unwrap();
        webhook::verify(header, &body, &secrets, now).unwrap();
        assert!(webhook::verify(header, &body, &secrets[..1], now).is_err());
        let event = stripe::parse_event(&body).unwrap();
        if event.kind == "payment_intent.succeeded" {
            assert_eq!(event.object, made);
            break;
        }
    }
    // It answers with the whole charge where Stripe has its id.
    let provider = Stripe::new(http, local.parse().unwrap(), Secret::new("sk_test_local"));
    let ProviderObject::Charge(read) = provider.read(&made).await.unwrap() else { panic!("no charge") };
    assert_eq!((read.state, read.attempt.as_deref()), (ChargeState::Succeeded, Some("try_1")));
}
