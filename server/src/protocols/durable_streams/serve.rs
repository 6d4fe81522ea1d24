//! `throughline streams`: the protocol alone, for whoever is on this machine.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use app::web::{Reach, is_local_origin};
use clap::Args;
use domain::Clock;
use safe_http::tls;
use sessions::Tenant;
use sessions_http::{Config, DurableStreams, PageCache, Signer, Subscriptions, deliver_webhooks};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    ThisMachine,
    connections::{self, Patience},
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
#[derive(Clone, Copy, Debug, Args)]
pub struct Options {
    /// Address and port to listen on. Nobody is asked who they are, so it has to be this machine's own
    #[arg(long, default_value = "127.0.0.1:4437", value_parser = loopback)]
    pub listen: SocketAddr,
    /// How long a long-poll waits for something new, in milliseconds: below what proxies cut off
    #[arg(long, default_value_t = 20_000, value_name = "MILLISECONDS")]
    pub long_poll: u64,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "it is no address with a port".to_owned())?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("anyone could write there: only 127.0.0.1 and ::1 are served".to_owned()),
    }
}

/// Serves until told to stop.
///
/// # Errors
/// When the port is taken or the database cannot be brought up.
pub async fn serve(settings: Settings, options: Options) -> Result<(), Box<dyn Error>> {
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
    let served = run((listener, patience), &database, &settings, options, &shutdown).await;
    shutdown.begin();
    shutdown.drained().await;
    database.close().await;
    served
}

async fn run(
    (listener, patience): (TcpListener, Patience),
    database: &Database,
    settings: &Settings,
    options: Options,
    shutdown: &Shutdown,
) -> Result<(), Box<dyn Error>> {
    let clock = Clock::system();
    let engine = product::engine(database, settings, &clock);
    let subscriptions = Arc::new(Subscriptions {
        base_url: format!("http://{}", listener.local_addr()?),
        signer: Signer::load_or_create(&engine).await?,
        allow_local_webhooks: true,
    });
    let webhooks = deliver_webhooks(
        engine.clone(),
        Arc::clone(&subscriptions),
        product::engine_clock(&clock),
        shutdown.soft().clone(),
        tls::client(),
    );
    shutdown.spawn("webhooks", async move {
        if let Err(error) = webhooks.await {
            tracing::error!(error.message = %error, "webhooks are not sent");
        }
    });
    let limits = Arc::new(Limits::new(Allowance::of_this_machine(settings)));
    let auth = Auth::alone(settings.metrics_token.clone(), listener.local_addr()?);
    let metrics = Metrics::new(engine.clone(), Arc::clone(&limits), &clock, auth);
    limits::start(Arc::clone(&limits), engine.clone(), shutdown);
    let streams = DurableStreams {
        clock: product::engine_clock(&clock),
        stop: shutdown.soft().clone(),
        config: Config { long_poll: Duration::from_millis(options.long_poll), ..Config::default() },
        page_cache: PageCache::new(64 << 20),
        limits,
        subscriptions: Some(subscriptions),
        allowed_origin: Some(is_local_origin),
        ..DurableStreams::new(engine.clone(), ThisMachine(TENANT))
    };
    let address = listener.local_addr()?;
    tracing::info!(%address, "ready");
    let reach = Reach::new(address, &format!("http://{address}").parse()?);
    let (streams, metrics) = (Arc::new(streams), Arc::new(metrics));
    let serving = connections::serve(listener, streams, metrics, patience, reach, shutdown.soft().clone());
    shutdown.hard().run_until_cancelled(serving).await;
    shutdown.begin();
    shutdown.drained().await;
    engine.shutdown().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_served() {
        assert!(loopback("127.0.0.1:4437").is_ok() && loopback("[::1]:0").is_ok());
        for address in ["0.0.0.0:4437", "192.168.0.1:4437", "[::]:4437", "localhost", "127.0.0.1"] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }
}
