//! What the server does by itself, beside answering: one list of what is done how often. All of it ends by itself at the
//! soft step of a shutdown.

pub(crate) mod clock;
mod exports;
mod leases;
pub mod mail;
mod payments;
mod periodic;
pub mod webhooks;

use std::{error::Error, sync::Arc, time::Duration};

use app::web::App;
use chrono::TimeDelta;
use domain::{
    Db, accounts,
    agents::Backend,
    approvals, billing, clients, controls, erasures,
    files::{self, store::Store},
    runs, session,
};
use futures::future::BoxFuture;

use leases::Leases;

use crate::{settings::Settings, shutdown::Shutdown};
use agents::{
    BackendRegistry, Worker, WorkerOptions,
    acp::Acp,
    built_in::BuiltInAgent,
    claude_code::ClaudeCode,
    external::{self, Programs, ToolGateway},
    hermes::{Hermes, HermesLimits},
    model::{ModelLimits, Models},
};
use safe_http::SafeHttp;

const HOUR: u64 = 3_600;

/// Starts everything that runs beside the routes. `safe_http`: the way to addresses that people typed; `gateway`: how
/// programs that are started reach the server.
///
/// # Errors
/// When the mail server's address is none, or there is no TLS to be had for the built-in agent's endpoint.
pub fn start(
    app: &App,
    safe_http: &SafeHttp,
    gateway: ToolGateway,
    settings: &Settings,
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let every = |name, seconds, work: fn(Db) -> BoxFuture<'static, domain::Result<()>>| {
        periodic::start(app.db.clone(), shutdown, name, Duration::from_secs(seconds), Box::new(work));
    };
    take_back(app, shutdown);
    // Help that nobody came for: whoever asked goes on without it.
    every("sub-runs", 30, |db| Box::pin(async move { runs::commands::give_up(&db).await.map(drop) }));
    // Stops and words that nobody answered: whoever asked is told soon after the deadline.
    every("controls", 1, |db| Box::pin(async move { controls::commands::expire(&db).await.map(drop) }));
    // Questions are open for days; a few seconds more or less are nobody's concern.
    every("approvals", 5, |db| Box::pin(async move { approvals::commands::expire(&db).await.map(drop) }));
    // A period ends on a day; the invoice should be there when people come to work.
    every("billing", 60, |db| Box::pin(async move { billing::commands::renew_due(&db).await.map(drop) }));
    // What has run out is refused all the same; this only makes room.
    every("accounts", HOUR, |db| Box::pin(async move { accounts::commands::clear(&db).await }));
    every("unused sign-ups", HOUR, |db| {
        Box::pin(async move { accounts::commands::unused_sign_ups::expire(&db).await.map(drop) })
    });
    every("clients that left", HOUR, |db| {
        Box::pin(async move { clients::commands::close_due(&db).await.map(drop) })
    });
    every("answered calls", HOUR, |db| Box::pin(async move { domain::idempotency::clear(&db).await }));
    every("sent mail", HOUR, |db| Box::pin(async move { domain::mail::outbox::clear(&db).await }));
    every("sent webhooks", HOUR, |db| Box::pin(async move { domain::webhooks::outbox::clear(&db).await }));
    every("kept invoices", HOUR, |db| {
        Box::pin(async move { erasures::commands::expire_invoices(&db).await.map(drop) })
    });
    erase(app, shutdown);
    let unnamed = periodic::with_files(&app.site.files, clear_files);
    periodic::start(app.db.clone(), shutdown, "unnamed files", Duration::from_secs(HOUR), unnamed);
    exports::start(app, shutdown);
    payments::start(app, shutdown);
    // What a server of this machine left behind when it was killed: at once, where this one takes its place.
    every("orphans", 60, |_| Box::pin(end_orphans()));
    fold(app, settings, shutdown);
    send_mail(app, settings, shutdown)?;
    let sender = webhooks::run(app.db.clone(), safe_http.clone(), shutdown.soft().clone());
    shutdown.spawn("webhooks", sender);
    work(app, safe_http, gateway, settings, shutdown)?;
    Ok(())
}

/// Runs whose worker is gone: a client should not wait long for the next one.
fn take_back(app: &App, shutdown: &Shutdown) {
    let leases = Arc::new(Leases::new());
    let work = move |db: Db| -> BoxFuture<'static, domain::Result<()>> {
        let leases = Arc::clone(&leases);
        Box::pin(async move { leases.reap(&db).await })
    };
    periodic::start(app.db.clone(), shutdown, "runs", Duration::from_secs(1), Box::new(work));
}

async fn clear_files(db: Db, files: Store) -> domain::Result<()> {
    let cleared = files::commands::clear(&db, &files).await?;
    if cleared != files::ClearedFiles::default() {
        tracing::info!(
            files = cleared.files,
            contents = cleared.contents,
            "cleared files that nothing names"
        );
    }
    Ok(())
}

/// Clients that are to be erased: on the day that was said.
fn erase(app: &App, shutdown: &Shutdown) {
    let work = periodic::with_files(&app.site.files, erase_due);
    periodic::start(app.db.clone(), shutdown, "erasures", Duration::from_secs(600), work);
}

async fn erase_due(db: Db, files: Store) -> domain::Result<()> {
    let erased = erasures::commands::carry_out_due(&db, &files).await?;
    if erased > 0 {
        tracing::info!(clients = erased, "clients were erased");
    }
    Ok(())
}

async fn end_orphans() -> domain::Result<()> {
    match tokio::task::spawn_blocking(external::end_orphans).await {
        Ok(Ok(_)) => {}
        // There is no such list but on Linux.
        Ok(Err(error)) => tracing::debug!(error.message = %error, "nobody looks for programs left behind"),
        Err(error) => tracing::error!(error.message = %error, "looking for programs left behind panicked"),
    }
    Ok(())
}

/// What is old in the sessions is folded and dropped, unless everything is to stay.
fn fold(app: &App, settings: &Settings, shutdown: &Shutdown) {
    let days = settings.retention_days;
    if days > 0 {
        let keep = TimeDelta::days(days.into());
        let work = move |db: Db| -> BoxFuture<'static, domain::Result<()>> {
            Box::pin(async move {
                let shortened = session::commands::retain(&db, keep).await?;
                if shortened > 0 {
                    tracing::info!(sessions = shortened, "old sessions were folded");
                }
                Ok(())
            })
        };
        periodic::start(app.db.clone(), shutdown, "folds", Duration::from_secs(HOUR), Box::new(work));
    }
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

fn work(
    app: &App,
    safe_http: &SafeHttp,
    gateway: ToolGateway,
    settings: &Settings,
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let (db, files, soft) = (app.db.clone(), app.site.files.clone(), shutdown.soft().clone());
    let built_in = BuiltInAgent::new(
        &settings.llm_url,
        settings.llm_model.clone(),
        settings.llm_key.clone(),
        settings.rehearsal_pace,
    )?;
    let models = Models::new(safe_http.clone(), ModelLimits::default());
    let allowed = settings.agent_programs.iter().map(str::to_owned);
    let programs = Programs::new(allowed, settings.data()?.join("agents"), gateway);
    let hermes = Hermes::new(safe_http.clone(), HermesLimits::default());
    let claude_code = ClaudeCode::new(programs.clone(), safe_http.clone());
    shutdown.spawn("agents", async move {
        let registry = [Backend::OpenaiChat, Backend::OpenaiResponses, Backend::Anthropic]
            .into_iter()
            .fold(BackendRegistry::new(built_in.backend().await), |registry, backend| {
                registry.with(backend, models.clone())
            })
            .with(Backend::Hermes, hermes)
            .with(Backend::Acp, Acp::new(programs))
            .with(Backend::ClaudeCode, claude_code);
        Worker::new(db, Arc::new(registry), files, WorkerOptions::default()).run(soft).await;
    });
    Ok(())
}
