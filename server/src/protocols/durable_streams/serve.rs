//! `throughline streams`: the protocol alone, for whoever is on this machine, or for programs with a token of a file.

use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use app::web::{Reach, is_local_origin};
use axum::http::HeaderValue;
use clap::{Args, Subcommand};
use domain::Clock;
use safe_http::tls;
use sessions::{Engine, Tenant};
use sessions_http::{Authorizer, Config, DurableStreams, PageCache, Signer, Subscriptions, deliver_webhooks};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    StreamRight, ThisMachine, TokenFile,
    connections::{self, Patience},
    token_file::new_token,
};
use crate::{
    database::{Database, Hold},
    ingress::{self, BodyTimes, ConnectionLimits},
    limits::{self, Allowance, Limits},
    metrics::{Auth, Metrics},
    product,
    settings::Settings,
    shutdown::Shutdown,
};

/// Whose the streams are that are served alone: no workspace's, since those have ids of another version.
const TENANT: Tenant =
    Tenant { workspace: Uuid::from_u128(0x7468_726f_7567_8c69_ae65_7374_7265_616d), client: None };

/// How the streams are served.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    pub command: Option<StreamsCommand>,
    /// Address and port to listen on. Without --tokens nobody is asked who they are, so it has to be this machine's own
    #[arg(long, default_value = "127.0.0.1:4437")]
    pub listen: SocketAddr,
    /// Let in whoever comes with a token of this file, from other machines as well, and nobody else
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// How long a long-poll waits for something new, in milliseconds: below what proxies cut off
    #[arg(long, default_value_t = 20_000, value_name = "MILLISECONDS")]
    pub long_poll: u64,
}

/// What there is to do besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum StreamsCommand {
    /// Make a token: its line for the file of tokens goes to standard output, the token itself to standard error, once.
    Token {
        /// Whose streams it is for. Each space has streams of its own; nothing in one can be named from another
        space: String,
        /// What it may do there
        #[arg(long, value_enum, default_value = "all")]
        right: StreamRight,
    },
}

impl StreamsCommand {
    /// # Errors
    /// What is wrong with the space's name.
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let Self::Token { space, right } = self;
        let (token, line) = new_token(space, *right)?;
        println!("{line}");
        eprintln!("The token, which is not shown again: {token}");
        Ok(())
    }
}

impl Options {
    /// Whoever reaches an address without tokens may do everything.
    fn check(&self) -> Result<(), String> {
        if self.tokens.is_some() || self.listen.ip().is_loopback() {
            return Ok(());
        }
        let address = self.listen;
        Err(format!(
            "anyone could write at {address}: without --tokens FILE only 127.0.0.1 and ::1 are served. `throughline streams token SPACE` makes a token"
        ))
    }
}

/// Serves until told to stop.
///
/// # Errors
/// When the port is taken, the file of tokens cannot be read or the database cannot be brought up.
pub async fn serve(settings: Settings, options: Options) -> Result<(), Box<dyn Error>> {
    options.check()?;
    let tokens = options.tokens.as_ref().map(|path| TokenFile::open(path, TENANT.workspace)).transpose()?;
    let shutdown = Shutdown::on_signals()?;
    let patience = Patience {
        connections: ConnectionLimits::of(&settings, ingress::raise()),
        bodies: BodyTimes::default(),
    };
    let listener = TcpListener::bind(options.listen).await?;
    let database = match Database::open(&settings, Hold::Shared, shutdown.soft()).await {
        Ok(database) => database,
        Err(reason) if reason.is_interruption() => return Ok(()),
        Err(reason) => return Err(reason.into()),
    };
    let served = run((listener, patience), &database, &settings, (&options, tokens), &shutdown).await;
    shutdown.begin();
    shutdown.drained().await;
    database.close().await;
    served
}

async fn run(
    (listener, patience): (TcpListener, Patience),
    database: &Database,
    settings: &Settings,
    (options, tokens): (&Options, Option<TokenFile>),
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let clock = Clock::system();
    let engine = product::engine(database, settings, &clock);
    let limits = Arc::new(Limits::new(Allowance::of_this_machine(settings)));
    let auth = Auth::alone(settings.metrics_token.clone(), listener.local_addr()?);
    let metrics = Metrics::new(engine.clone(), Arc::clone(&limits), &clock, auth);
    limits::start(Arc::clone(&limits), engine.clone(), shutdown);
    let address = listener.local_addr()?;
    let service = StreamsService {
        engine: &engine,
        clock: &clock,
        limits,
        metrics: Arc::new(metrics),
        config: Config { long_poll: Duration::from_millis(options.long_poll), ..Config::default() },
        shutdown,
    };
    let way_in = (listener, patience);
    match tokens {
        None => {
            let subscriptions = subscriptions(&engine, &clock, address, shutdown).await?;
            service.serve(way_in, ThisMachine(TENANT), Some(subscriptions), is_local_origin).await?;
        }
        Some(tokens) => {
            shutdown.spawn("tokens", tokens.clone().watch(shutdown.soft().clone()));
            // A page sends a token only where its own script has one, so it may be any site's.
            service.serve(way_in, tokens, None, |_| true).await?;
        }
    }
    shutdown.begin();
    shutdown.drained().await;
    engine.shutdown().await;
    Ok(())
}

/// What is served alike, whoever may come.
struct StreamsService<'a> {
    engine: &'a Engine,
    clock: &'a Clock,
    limits: Arc<Limits>,
    metrics: Arc<Metrics>,
    config: Config,
    shutdown: &'a Shutdown,
}

impl StreamsService<'_> {
    /// Takes connections until told to stop.
    async fn serve<A: Authorizer>(
        self,
        (listener, patience): (TcpListener, Patience),
        authorizer: A,
        subscriptions: Option<Arc<Subscriptions>>,
        allowed_origin: fn(&HeaderValue) -> bool,
    ) -> Result<(), Box<dyn Error>> {
        let stop = self.shutdown.soft().clone();
        let streams = DurableStreams {
            clock: product::engine_clock(self.clock),
            stop: stop.clone(),
            config: self.config,
            page_cache: PageCache::new(64 << 20),
            limits: self.limits,
            subscriptions,
            allowed_origin: Some(allowed_origin),
            ..DurableStreams::new(self.engine.clone(), authorizer)
        };
        let address = listener.local_addr()?;
        tracing::info!(%address, "ready");
        let reach = Reach::new(address, &format!("http://{address}").parse()?);
        let serving = connections::serve(listener, Arc::new(streams), self.metrics, patience, reach, stop);
        self.shutdown.hard().run_until_cancelled(serving).await;
        Ok(())
    }
}

/// The protocol's subscriptions, with their webhooks on their way. Their workers come with the token of a wake, which leaves
/// no place for one of the file: they are for this machine alone.
async fn subscriptions(
    engine: &Engine,
    clock: &Clock,
    address: SocketAddr,
    shutdown: &Shutdown,
) -> Result<Arc<Subscriptions>, Box<dyn Error>> {
    let subscriptions = Arc::new(Subscriptions {
        base_url: format!("http://{address}"),
        signer: Signer::load_or_create(engine).await?,
        allow_local_webhooks: true,
    });
    let webhooks = deliver_webhooks(
        engine.clone(),
        Arc::clone(&subscriptions),
        product::engine_clock(clock),
        shutdown.soft().clone(),
        tls::client(),
    );
    shutdown.spawn("webhooks", async move {
        if let Err(error) = webhooks.await {
            tracing::error!(error.message = %error, "webhooks are not sent");
        }
    });
    Ok(subscriptions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_only_this_machine_is_served() {
        let at = |listen: &str, tokens: Option<&str>| {
            let options = Options {
                command: None,
                listen: listen.parse().unwrap(),
                tokens: tokens.map(PathBuf::from),
                long_poll: 1,
            };
            options.check()
        };
        assert!(at("127.0.0.1:4437", None).is_ok() && at("[::1]:0", None).is_ok());
        for address in ["0.0.0.0:4437", "192.168.0.1:4437", "[::]:4437"] {
            assert!(at(address, None).is_err_and(|words| words.contains("--tokens")), "{address}");
            assert!(at(address, Some("tokens")).is_ok(), "{address}");
        }
    }
}
