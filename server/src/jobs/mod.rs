//! What the server does by itself, beside answering: one list of what is done how often.

mod every;
mod outage;

use std::time::Duration;

use app::web::App;
use domain::{approvals, billing, controls, runs};

pub use outage::Outage;

use crate::{
    agents::{Options, Worker, house::House},
    settings::Settings,
    shutdown::Shutdown,
};

/// Starts everything that runs beside the routes. All of it ends by itself when the server shuts down.
///
/// # Errors
/// When there is no TLS to be had for the house agent's endpoint.
pub fn start(app: &App, settings: &Settings, shutdown: &Shutdown) -> reqwest::Result<()> {
    let every = |name, seconds, work| every::start(app.db.clone(), shutdown, name, Duration::from_secs(seconds), work);
    // Runs whose worker is gone: a client should not wait long for the next one.
    every("runs", 1, |db| Box::pin(async move { runs::reap(&db).await.map(drop) }));
    // Stops and words that nobody answered: whoever asked is told soon after the deadline.
    every("controls", 1, |db| Box::pin(async move { controls::expire(&db).await.map(drop) }));
    // Questions are open for days; a minute more or less is nobody's concern.
    every("approvals", 5, |db| Box::pin(async move { approvals::expire(&db).await.map(drop) }));
    // A period ends on a day; the invoice should be there when people come to work.
    every("billing", 60, |db| Box::pin(async move { billing::renew_due(&db).await.map(drop) }));
    let (db, files, soft) = (app.db.clone(), app.site.files.clone(), shutdown.soft().clone());
    let house = House::new(settings)?;
    shutdown.spawn("agents", async move {
        let brain = house.brain().await;
        Worker::new(db, brain, files, Options::default()).run(soft).await;
    });
    Ok(())
}
