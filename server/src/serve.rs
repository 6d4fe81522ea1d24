//! `throughline serve`: from an empty machine to a portal that answers, and back.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use app::web::App;
use axum::Router;
use clap::Args;
use domain::accounts::commands::set_up::setup_code;
use tokio::net::TcpListener;

use crate::database::{Database, Hold};
use crate::files::StoreWatch;
use crate::ingress::{self, BodyTimes, ConnectionLimits, Ingress, Trusted};
use crate::jobs;
use crate::limits::{self, Allowance, Limits};
use crate::live::{Live, Pace};
use crate::metrics::{self, Auth, Metrics};
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::{health, product, router, welcome};
use agents::external::ToolGateway;

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
    #[error("port {} of {} is taken. Stop what uses it, or set {setting} to another, such as {}:{}", .address.port(), .address.ip(), .address.ip(), .address.port().wrapping_add(1))]
    Taken { address: SocketAddr, setting: &'static str },
    /// The operating system refuses.
    #[error(
        "cannot listen on {address}. Set {setting} to an address of this machine and a port that you may use"
    )]
    Refused {
        address: SocketAddr,
        setting: &'static str,
        #[source]
        reason: io::Error,
    },
}

/// Serves until told to stop; everything it started has ended when it returns.
///
/// # Errors
/// When the port is taken or the database cannot be brought up; each says what to do.
pub async fn serve(settings: Settings, options: Options) -> Result<(), Box<dyn Error>> {
    let shutdown = Shutdown::on_signals()?;
    // Before the database, which takes seconds the first time: a taken port is known at once. Whoever connects
    // early waits in the listener's queue.
    let listeners = Listeners {
        pages: listen(settings.bind, "THROUGHLINE_BIND").await?,
        metrics: match settings.metrics_bind {
            Some(address) => Some(listen(address, "THROUGHLINE_METRICS_BIND").await?),
            None => None,
        },
    };
    let database = match Database::open(&settings, Hold::Alone, shutdown.soft()).await {
        Ok(database) => database,
        Err(reason) if reason.is_interruption() => return Ok(()),
        Err(reason) => return Err(reason.into()),
    };
    let served = run(listeners, &database, &settings, &options, &shutdown).await;
    // However it ended: a Postgres of ours must not be left behind.
    shutdown.begin();
    shutdown.drained().await;
    database.close().await;
    tracing::info!("stopped");
    served
}

/// Serves on a database that is ready, until the shutdown begins.
async fn run(
    listeners: Listeners,
    database: &Database,
    settings: &Settings,
    options: &Options,
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let address = listeners.pages.local_addr()?;
    let connections = ConnectionLimits::of(settings, ingress::raise());
    let app = product::app(database, settings, address).await?;
    if options.demo {
        domain::demo::fill(&app.db).await?;
    }
    let files = StoreWatch::begin(app.db.clone(), app.site.files.clone()).await?;
    files.start(shutdown);
    let parts = health::Parts { db: app.db.clone(), engine: database.engine.clone(), files };
    let health = health::routes(parts);
    let engine = app.db.engine();
    let limits = Arc::new(Limits::new(Allowance::of_clients(settings)));
    limits::start(limits.clone(), engine.clone(), shutdown);
    let metrics = Metrics::new(engine.clone(), limits.clone(), app.db.clock(), auth(settings, &app));
    let metrics = metrics::routes(metrics);
    let live = Live::new(shutdown.clone(), Pace::default()).within(limits);
    live.share_presence(engine.clone());
    let gateway = ToolGateway::of(address);
    let trusted = settings.trusted_proxies.networks(&app.site.public_url);
    let ingress = Ingress::new(app.clone(), trusted.clone(), BodyTimes::default());
    let routes = health.merge(router::routes(app.clone(), live, &gateway));
    let routes = match listeners.metrics {
        Some(listener) => {
            serve_metrics(listener, metrics, &app, shutdown);
            routes
        }
        None => routes.merge(metrics),
    };
    let routes = ingress.protect(routes);
    let safe_http = product::safe_http(&app, settings)?;
    jobs::start(&app, &safe_http, gateway, settings, shutdown)?;
    let code = setup_code(&app.db).await?;
    tracing::info!(%address, "ready");
    if !app.site.sends_mail && app.site.reach.is_from_elsewhere() {
        tracing::error!("{}", welcome::NO_MAIL);
    }
    if !options.quiet {
        print(&welcome::lines(&app).await?);
    }
    if let Some(code) = code {
        // Printed even when quiet: without it nobody can begin. Never logged.
        print(&format!(
            "Set up your business at {}/setup. Your setup code is {code}\n",
            settings.public_url(address)
        ));
    }
    let way = (trusted, app.site.reach.clone());
    let serving = ingress::serve(listeners.pages, routes, connections, way, shutdown.soft().clone());
    // After the soft step requests that run are finished; after the hard one they are dropped.
    shutdown.hard().run_until_cancelled(serving).await;
    shutdown.begin();
    // The agents' last words go through the engine, so it ends after them.
    shutdown.drained().await;
    app.db.engine().shutdown().await;
    Ok(())
}

/// Says something on standard output. Whoever read it may have gone; the server stays.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What is listened on.
struct Listeners {
    pages: TcpListener,
    /// For the metrics alone, where they have an address of their own.
    metrics: Option<TcpListener>,
}

async fn listen(address: SocketAddr, setting: &'static str) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|reason| match reason.kind() {
        ErrorKind::AddrInUse => BindError::Taken { address, setting },
        _ => BindError::Refused { address, setting, reason },
    })
}

/// Who may read the metrics.
fn auth(settings: &Settings, app: &App) -> Auth {
    let token = settings.metrics_token.clone();
    match settings.metrics_bind {
        Some(address) => Auth::alone(token, address),
        None => Auth::beside_pages(token, &app.site.reach),
    }
}

/// The metrics on a listener of their own, which needs few connections.
fn serve_metrics(listener: TcpListener, metrics: Router, app: &App, shutdown: &Shutdown) {
    let way = (Trusted::default(), app.site.reach.clone());
    let limits = ConnectionLimits::new(64, 32);
    shutdown.spawn("metrics", ingress::serve(listener, metrics, limits, way, shutdown.soft().clone()));
}
