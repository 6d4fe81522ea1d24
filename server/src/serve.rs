//! `throughline serve`: from an empty machine to a portal that answers, and back.

use std::error::Error;
use std::future::IntoFuture;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use clap::Args;
use domain::accounts::commands::set_up::setup_code;
use tokio::net::TcpListener;

use crate::agents::driven::Inside;
use crate::database::{Database, Hold};
use crate::ingress::Ingress;
use crate::jobs;
use crate::limits::{self, Allowance, Limits};
use crate::live::{Live, Pace};
use crate::metrics::{self, Metrics};
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::{health, product, router, welcome};

/// How the server starts.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Print nothing to standard output.
    #[arg(long)]
    pub quiet: bool,
    /// Fill an empty install with the demo first.
    #[arg(long)]
    pub demo: bool,
}

/// The port cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody is there already.
    #[error("port {} of {} is taken. Stop what uses it, or set THROUGHLINE_BIND to another, such as {}:{}", .0.port(), .0.ip(), .0.ip(), .0.port().wrapping_add(1))]
    Taken(SocketAddr),
    /// The operating system refuses.
    #[error(
        "cannot listen on {0}. Set THROUGHLINE_BIND to an address of this machine and a port that you may use"
    )]
    Refused(SocketAddr, #[source] io::Error),
}

/// Serves until told to stop; everything it started has ended when it returns.
///
/// # Errors
/// When the port is taken or the database cannot be brought up; each says what to do.
pub async fn serve(settings: Settings, options: Options) -> Result<(), Box<dyn Error>> {
    let shutdown = Shutdown::on_signals()?;
    // Before the database, which takes seconds the first time: a taken port is known at once. Whoever connects
    // early waits in the listener's queue.
    let listener = listen(settings.bind).await?;
    let database = match Database::open(&settings, Hold::Alone, shutdown.soft()).await {
        Ok(database) => database,
        Err(reason) if reason.is_interruption() => return Ok(()),
        Err(reason) => return Err(reason.into()),
    };
    let served = run(listener, &database, &settings, &options, &shutdown).await;
    // However it ended: a Postgres of ours must not be left behind.
    shutdown.begin();
    shutdown.drained().await;
    database.close().await;
    tracing::info!("stopped");
    served
}

/// Serves on a database that is ready, until the shutdown begins.
async fn run(
    listener: TcpListener,
    database: &Database,
    settings: &Settings,
    options: &Options,
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let address = listener.local_addr()?;
    let app = product::app(database, settings, address).await?;
    if options.demo {
        domain::demo::fill(&app.db).await?;
    }
    let health = health::routes([database.product.clone(), database.engine.clone()]);
    let engine = app.db.engine();
    let limits = Arc::new(Limits::new(Allowance::of_clients(settings)));
    limits::start(limits.clone(), engine.clone(), shutdown);
    let token = settings.metrics_token.clone();
    let metrics = Metrics::new(engine.clone(), limits.clone(), app.db.clock(), token);
    let live = Live::new(shutdown.clone(), Pace::default()).within(limits);
    live.across(engine.clone());
    let beside = health.merge(metrics::routes(metrics));
    let inside = Inside::of(address);
    let ingress = Ingress::new(settings.trusted_proxies.networks(&app.site.public_url));
    let routes = ingress.protect(beside.merge(router::routes(app.clone(), live, &inside)));
    let outside = product::outside(&app, settings, address)?;
    jobs::start(&app, &outside, inside, settings, shutdown)?;
    let code = setup_code(&app.db).await?;
    tracing::info!(%address, "ready");
    if !options.quiet {
        say(&welcome::lines(&app).await?);
    }
    if let Some(code) = code {
        // Printed even when quiet: without it nobody can begin. Never logged.
        say(&format!(
            "Set up your business at {}/setup with the code {code}\n",
            settings.public_url(address)
        ));
    }
    let served = until_stopped(listener, routes, shutdown).await;
    shutdown.begin();
    // The agents' last words go through the engine, so it ends after them.
    shutdown.drained().await;
    app.db.engine().shutdown().await;
    Ok(served?)
}

/// Says something on standard output. Whoever read it may have gone; the server stays.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

async fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|reason| match reason.kind() {
        ErrorKind::AddrInUse => BindError::Taken(address),
        _ => BindError::Refused(address, reason),
    })
}

/// After the soft step requests that run are finished; after the hard one they are dropped.
async fn until_stopped(listener: TcpListener, routes: Router, shutdown: &Shutdown) -> io::Result<()> {
    let soft = shutdown.soft().clone();
    let serving = axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { soft.cancelled().await });
    shutdown.hard().run_until_cancelled(serving.into_future()).await.unwrap_or(Ok(()))
}
