//! What the server does by itself, beside answering: one list of what is done how often. All of it ends by itself at the
//! soft step of a shutdown.

mod every;
pub mod mail;
mod outage;

use std::{error::Error, time::Duration};

use app::web::App;
use domain::{accounts, approvals, billing, controls, runs};

pub use outage::Outage;

use crate::{
    agents::{Options, Worker, house::House},
    settings::Settings,
    shutdown::Shutdown,
};

const HOUR: u64 = 3_600;

/// Starts everything that runs beside the routes.
///
/// # Errors
/// When the mail server's address is none, or there is no TLS to be had for the house agent's endpoint.
pub fn start(app: &App, settings: &Settings, shutdown: &Shutdown) -> Result<(), Box<dyn Error>> {
    let every = |name, seconds, work| {
        every::start(app.db.clone(), shutdown, name, Duration::from_secs(seconds), work);
    };
    // Runs whose worker is gone: a client should not wait long for the next one.
    every("runs", 1, |db| Box::pin(async move { runs::reap(&db).await.map(drop) }));
    // Stops and words that nobody answered: whoever asked is told soon after the deadline.
    every("controls", 1, |db| Box::pin(async move { controls::expire(&db).await.map(drop) }));
    // Questions are open for days; a few seconds more or less are nobody's concern.
    every("approvals", 5, |db| Box::pin(async move { approvals::expire(&db).await.map(drop) }));
    // A period ends on a day; the invoice should be there when people come to work.
    every("billing", 60, |db| Box::pin(async move { billing::renew_due(&db).await.map(drop) }));
    // What has run out is refused all the same; this only makes room.
    every("accounts", HOUR, |db| Box::pin(async move { accounts::commands::clear(&db).await }));
    every("sent mail", HOUR, |db| Box::pin(async move { domain::mail::clear(&db).await }));
    send_mail(app, settings, shutdown)?;
    work(app, settings, shutdown)?;
    Ok(())
}

/// Without a mail server mail stays on the outbox page.
fn send_mail(app: &App, settings: &Settings, shutdown: &Shutdown) -> Result<(), mail::AddressError> {
    if let Some(url) = &settings.smtp_url {
        let sender =
            mail::Sender::new(url.reveal(), settings.mail_from.clone(), app.site.public_url.as_str())?;
        shutdown.spawn("mail", mail::run(app.db.clone(), sender, shutdown.soft().clone()));
    }
    Ok(())
}

fn work(app: &App, settings: &Settings, shutdown: &Shutdown) -> reqwest::Result<()> {
    let (db, files, soft) = (app.db.clone(), app.site.files.clone(), shutdown.soft().clone());
    let house = House::new(settings)?;
    shutdown.spawn("agents", async move {
        let brain = house.brain().await;
        Worker::new(db, brain, files, Options::default()).run(soft).await;
    });
    Ok(())
}
