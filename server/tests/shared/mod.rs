//! What the tests of the real router share: the product over a test's database, browsers that are signed in, and tabs
//! that follow.

mod request;
mod tab;

use std::{collections::HashMap, net::SocketAddr, path::Path, sync::Arc};

use agents::{external::ToolGateway, model::Models};
use app::web::{App, MEMBERSHIP_KEY, PERSON_KEY, Reach, Site};
use domain::{Actor, Db, Scope, files::store::Store};
use safe_http::{Admitted, SafeHttp};
use serde_json::json;
use server::{
    ingress::{self, BodyTimes, ConnectionLimits, Ingress, Trusted},
    limits::Limits,
    live::{Live, Pace},
    metrics::{self, Auth, Metrics},
    payment_providers::StripeAccounts,
    router,
    shutdown::Shutdown,
    sign_in_store::SignInStore,
    tryout::Tryout,
};
use tokio::net::TcpListener;
use tower_sessions::{
    SessionStore,
    cookie::time::{Duration, OffsetDateTime},
    session::{Id, Record},
};

#[allow(unused_imports, reason = "not every test asks for something")]
pub use request::{TestRequest, ask};
pub use tab::Tab;

/// The key of the form tokens.
pub const FORM_KEY: &str = "key-of-the-form-tokens";

/// What lets in to the metrics from elsewhere.
pub const METRICS_TOKEN: &str = "token-of-the-metrics";

/// The product, without a mail server on a machine that others reach: nothing of development shows.
pub fn product(db: &Db, public_url: &str, files: &Path) -> App {
    product_on(db, public_url, Store::folder(files).unwrap())
}

/// The same with that file store.
#[allow(dead_code, reason = "few tests have another than a folder")]
pub fn product_on(db: &Db, public_url: &str, files: Store) -> App {
    // Nobody is there: a test that needs a provider names one.
    product_with(db, public_url, files, "http://127.0.0.1:9")
}

/// The same with Stripe at an address.
#[allow(dead_code, reason = "few tests have somebody there")]
pub fn product_with(db: &Db, public_url: &str, files: Store, stripe_url: &str) -> App {
    let site = Site {
        public_url: public_url.parse().unwrap(),
        is_named: true,
        reach: Reach::everywhere(),
        sends_mail: false,
        files,
        form_key: FORM_KEY.into(),
        outward: Arc::new(outward()),
        providers: Arc::new(StripeAccounts::new(stripe_url.parse().unwrap()).unwrap()),
        asset: |_| "",
    };
    App { db: db.clone(), site: Arc::new(site) }
}

/// Everything on this machine may be tried.
fn outward() -> Tryout {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let safe_http = SafeHttp::new(Admitted::private()).unwrap();
    Tryout::new(safe_http.clone(), Models::new(safe_http, agents::model::ModelLimits::default()))
}

/// Listens, for what needs a socket.
pub async fn serve(db: &Db, shutdown: &Shutdown) -> SocketAddr {
    serve_within(db, shutdown, Arc::default()).await
}

/// The same within limits, with the metrics beside.
pub async fn serve_within(db: &Db, shutdown: &Shutdown, limits: Arc<Limits>) -> SocketAddr {
    portal(db, shutdown, limits).await.0
}

/// The same, and how programs that are started here reach it.
pub async fn portal(db: &Db, shutdown: &Shutdown, limits: Arc<Limits>) -> (SocketAddr, ToolGateway) {
    portal_at(db, shutdown, limits, None).await
}

/// The same, known by an address that is not the listener's.
pub async fn portal_at(
    db: &Db,
    shutdown: &Shutdown,
    limits: Arc<Limits>,
    public_url: Option<&str>,
) -> (SocketAddr, ToolGateway) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let own = format!("http://{address}");
    let app = product(db, public_url.unwrap_or(&own), &std::env::temp_dir());
    let live = Live::new(shutdown.clone(), Pace::default()).within(limits.clone());
    live.share_presence(db.engine().clone());
    let here = Reach::new(address, &app.site.public_url);
    let door = Auth::beside_pages(METRICS_TOKEN.parse().ok(), &here);
    let metrics = metrics::routes(Metrics::new(db.engine().clone(), limits, db.clock(), door));
    let gateway = ToolGateway::of(address);
    let ingress = Ingress::new(app.clone(), Trusted::loopback(), BodyTimes::default());
    let routes = ingress.protect(metrics.merge(router::routes(app, live, &gateway)));
    let limits = ConnectionLimits::new(10_000, 10_000);
    let way = (Trusted::loopback(), Reach::everywhere());
    tokio::spawn(ingress::serve(listener, routes, limits, way, shutdown.soft().clone()));
    (address, gateway)
}

/// The cookie of a browser in which somebody has signed in, and what the store calls it.
pub async fn sign_in(db: &Db, scope: &Scope) -> (Id, String) {
    let Actor::Person { id, membership, .. } = &scope.actor else { panic!("only people sign in") };
    let data =
        HashMap::from([(PERSON_KEY.to_owned(), json!(id)), (MEMBERSHIP_KEY.to_owned(), json!(membership))]);
    let expiry_date = OffsetDateTime::now_utc() + Duration::days(400);
    let mut record = Record { id: Id::default(), data, expiry_date };
    SignInStore(db.clone()).create(&mut record).await.unwrap();
    (record.id, format!("sign_in={}", record.id))
}
