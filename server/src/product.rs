//! From a ready database to the product that the routes serve.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use app::web::{App, Reach, Site};
use domain::{Clock, Db, install, sealed};
use sessions::{Engine, Exchange};
use url::Url;

use crate::{
    allow_private::admitted,
    assets,
    database::Database,
    jobs::clock,
    keyring::{self, keyring},
    nats::Nats,
    payment_providers::StripeAccounts,
    settings::Settings,
    tryout::Tryout,
};
use agents::model::{ModelLimits, Models};
use safe_http::SafeHttp;

/// Starts the session engine and gathers what every handler needs.
///
/// # Errors
/// When the database does not answer, the public address is not an address, or there is no master key to be had.
pub async fn app(
    database: &Database,
    settings: &Settings,
    listening: SocketAddr,
) -> Result<App, Box<dyn std::error::Error>> {
    // Read once, so that a start without a key says so.
    keyring(settings)?;
    let db = db(database, settings).with_keyring_from(keyring::source(settings)).with_quota(settings.quota());
    // Before anything is looked at by the time.
    clock::follow(&db).await?;
    look_for_unopened(&db).await?;
    let form_key = install::key(&db, "form_key").await?;
    let public_url: Url = settings.public_url(listening).parse()?;
    let reach = Reach::new(listening, &public_url);
    let safe_http = SafeHttp::new(admitted(&settings.allow_private, &reach))?;
    let site = Site {
        public_url,
        outward: Arc::new(Tryout::new(safe_http.clone(), Models::new(safe_http, ModelLimits::default()))),
        is_named: settings.public_url.is_some(),
        reach,
        sends_mail: settings.smtp_url.is_some(),
        files: settings.file_store()?,
        form_key,
        providers: Arc::new(StripeAccounts::new(settings.stripe_url.clone())?),
        asset: |name| assets::url(name).unwrap_or_default(),
    };
    Ok(App { db, site: Arc::new(site) })
}

/// Says what this node cannot open: it serves all the same, as the rest of the work needs none of it.
async fn look_for_unopened(db: &Db) -> domain::Result<()> {
    let unopened = sealed::unopened(db).await?;
    if !unopened.is_empty() {
        let (what, mend) = keyring::about(&unopened);
        tracing::error!("Sealed elsewhere: {what}. {mend}");
    }
    Ok(())
}

/// The way to addresses that people typed, under what the machine's operator allows.
///
/// # Errors
/// When there is no TLS to be had.
pub fn safe_http(app: &App, settings: &Settings) -> reqwest::Result<SafeHttp> {
    SafeHttp::new(admitted(&settings.allow_private, &app.site.reach))
}

/// The domain's way to a ready database, with the session engine started. Shut the engine down before the database.
pub fn db(database: &Database, settings: &Settings) -> Db {
    let clock = Clock::following();
    Db::new(database.product.clone(), engine(database, settings, &clock), clock)
}

/// The product's clock, as the engine asks for it.
pub fn engine_clock(clock: &Clock) -> sessions::Clock {
    let clock = clock.clone();
    sessions::Clock::new(move || clock.now())
}

/// The session engine over a ready database.
pub fn engine(database: &Database, settings: &Settings, clock: &Clock) -> Engine {
    let options = sessions::Options {
        clock: engine_clock(clock),
        poll_interval: Duration::from_millis(settings.poll_ms),
        exchange: settings
            .nats_url
            .clone()
            .map(|url| -> Arc<dyn Exchange> { Arc::new(Nats::new(url, database.engine.clone())) }),
        ..Default::default()
    };
    Engine::start(database.engine.clone(), options)
}
