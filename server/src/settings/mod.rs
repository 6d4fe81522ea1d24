//! What can be set, by environment or flag. The doc comment of each is its reason, and `throughline doctor` prints it.

mod data;
mod programs;
mod stripe_url;
mod table;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use app::web::Reach;
use clap::Args;
use domain::files::{
    quota::Quota,
    store::{BadStoreLocation, Store, StoreLocation},
};
use lettre::message::Mailbox;
use url::Url;

pub use agents::built_in::Llm;
pub use data::NoHome;
pub use domain::sealed::Secret;
pub use programs::ProgramNames;
pub use safe_http::SecretUrl;
pub use table::{SettingRow, table};

use crate::ingress::TrustedProxies;
use crate::logs::Format;
use agents::built_in::RehearsalPace;
use safe_http::Private;

/// An optional setting. An alias, because clap treats a plain `Option` in its own way: here a variable that is set
/// but empty, as compose files write it, counts as not set.
type Maybe<T> = Option<T>;

fn maybe<T: FromStr>(text: &str) -> Result<Maybe<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// Every setting of the process. Secrets stay hidden in its `Debug`.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address and port to listen on. Keep it to this machine until there’s an HTTPS proxy in front
    #[arg(long, global = true, env = "THROUGHLINE_BIND", default_value = "127.0.0.1:3000")]
    pub bind: SocketAddr,

    /// Public URL. Used in emails and to decide whether cookies need HTTPS. Default: http:// plus the bind address
    #[arg(long, global = true, env = "THROUGHLINE_PUBLIC_URL", default_value = "", value_parser = maybe::<Url>)]
    pub public_url: Maybe<Url>,

    /// Proxies that are believed when they say for whom they ask, by X-Forwarded-For or Forwarded: addresses and networks, as 10.0.0.7,10.1.0.0/16, or the word none. Whoever is believed can be anyone, so each has to write the header itself. Empty: this machine, where the public address is another's; none where it is this machine's own
    #[arg(long, global = true, env = "THROUGHLINE_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: TrustedProxies,

    /// Folder for the private database and files. Default: $XDG_DATA_HOME/throughline, ~/.local/share/throughline, or /var/lib/throughline for root
    #[arg(long, global = true, env = "THROUGHLINE_DATA", default_value = "", value_parser = maybe::<PathBuf>)]
    pub data: Maybe<PathBuf>,

    /// Where the files are, as s3://bucket/prefix with the usual AWS_* variables (AWS_ENDPOINT for a server that is not Amazon's), or a folder that all nodes share. Several nodes need the same. Empty: files in the data folder, which is enough for one node
    #[arg(long, global = true, env = "THROUGHLINE_FILES", default_value = "", value_parser = maybe::<StoreLocation>)]
    pub files: Maybe<StoreLocation>,

    /// Megabytes that one client's files, deliverables and notes may have in all, so that one cannot fill the disk for all; 50 while an address is not confirmed, as anybody can be that. 0: no limit
    #[arg(long, global = true, env = "THROUGHLINE_FILES_MB", default_value_t = 10_240)]
    pub files_mb: u64,

    /// Megabytes that stay free on the disk: below that no file is taken in, while the rest goes on. The database on the same disk stops when it is full
    #[arg(long, global = true, env = "THROUGHLINE_FILES_FREE_MB", default_value_t = 1_024)]
    pub files_free_mb: u64,

    /// A Postgres 15 or later, as postgres://user:password@host/database. Empty: a private one, started from the installed binaries
    #[arg(long, global = true, env = "DATABASE_URL", default_value = "", hide_env_values = true, value_parser = maybe::<SecretUrl>)]
    pub database_url: Maybe<SecretUrl>,

    /// NATS server by which several nodes tell each other what moved, as nats://user:password@host. Empty: the database's own NOTIFY, which is enough for a few nodes
    #[arg(long, global = true, env = "THROUGHLINE_NATS_URL", default_value = "", hide_env_values = true, value_parser = maybe::<SecretUrl>)]
    pub nats_url: Maybe<SecretUrl>,

    /// Milliseconds between polls for missed messages. The most a lost message between nodes can delay things
    #[arg(long, global = true, env = "THROUGHLINE_POLL_MS", default_value = "1000", value_parser = clap::value_parser!(u64).range(10..))]
    pub poll_ms: u64,

    /// Mail server, as smtps://user:password@host. Empty: mail stands on the outbox page under /dev while no other machine can reach the portal, and nowhere once one can
    #[arg(long, global = true, env = "THROUGHLINE_SMTP_URL", default_value = "", hide_env_values = true, value_parser = maybe::<SecretUrl>)]
    pub smtp_url: Maybe<SecretUrl>,

    /// From address for email. Your mail server must accept it
    #[arg(
        long,
        global = true,
        env = "THROUGHLINE_MAIL_FROM",
        default_value = "Throughline <no-reply@localhost>"
    )]
    pub mail_from: Mailbox,

    /// OpenAI-compatible endpoint for the built-in agent, or “off”. Default: one found on this machine, otherwise rehearsal mode
    #[arg(long, global = true, env = "THROUGHLINE_LLM_URL", default_value = "", hide_env_values = true)]
    pub llm_url: Llm,

    /// Model for the built-in agent. Default: the first one the endpoint lists
    #[arg(long, global = true, env = "THROUGHLINE_LLM_MODEL", default_value = "", value_parser = maybe::<String>)]
    pub llm_model: Maybe<String>,

    /// Key for that endpoint. Set it in the environment, because flags show up in the process list
    #[arg(long, global = true, env = "THROUGHLINE_LLM_KEY", default_value = "", hide_env_values = true, value_parser = maybe::<Secret>)]
    pub llm_key: Maybe<Secret>,

    /// Master key under which the keys of agents and webhooks are sealed: 32 random bytes in base64, as `openssl rand -base64 32` prints them. Several nodes need the same. To replace it, put the new one before the old one, with a comma. Empty: secret.key in the data folder, made at the first start, so that a copy of the database alone opens nothing
    #[arg(long, global = true, env = "THROUGHLINE_SECRET_KEY", default_value = "", hide_env_values = true, value_parser = maybe::<Secret>)]
    pub secret_key: Maybe<Secret>,

    /// Inner addresses that agents and webhooks may have: 0 none, 1 private networks and this machine, or a list of hosts and ranges, as agents.lan,10.1.0.0/16. Empty: as 1 while the portal answers on this machine only, as whoever uses it can reach all of that anyway; as 0 once others can get in. A cloud's own addresses (169.254.0.0/16) only where they are listed
    #[arg(long, global = true, env = "THROUGHLINE_ALLOW_PRIVATE", default_value = "")]
    pub allow_private: Private,

    /// Programs on this machine that operators can use as agents, by name or path, separated by commas. Empty: none, because whoever runs a workspace could otherwise run anything here
    #[arg(long, global = true, env = "THROUGHLINE_AGENT_PROGRAMS", default_value = "")]
    pub agent_programs: ProgramNames,

    /// Rehearsal speed: reading pace, so people can follow along, or instant, for tests
    #[arg(long, global = true, env = "THROUGHLINE_REHEARSAL_PACE", value_enum, default_value = "reading")]
    pub rehearsal_pace: RehearsalPace,

    /// Days after which what an agent wrote word by word is kept as the finished text alone: nobody replays it, and it is most of the log. 0 keeps it for good
    #[arg(long, global = true, env = "THROUGHLINE_RETENTION_DAYS", default_value_t = 30)]
    pub retention_days: u32,

    /// Events a second that one client may append to the session log from outside, on each node; ten seconds' worth is saved up for bursts. Empty: 5,000, far more than people and agents at work come to, and no limit for `streams`. 0: no limit
    #[arg(long, global = true, env = "THROUGHLINE_APPEND_RATE", default_value = "", value_parser = maybe::<u32>)]
    pub append_rate: Maybe<u32>,

    /// Streams that one client may follow at once, on each node: a tab follows one to three. Empty: 2,000, and no limit for `streams`. 0: no limit
    #[arg(long, global = true, env = "THROUGHLINE_FOLLOWERS", default_value = "", value_parser = maybe::<u64>)]
    pub followers: Maybe<u64>,

    /// Megabytes that one client's streams may hold before more is refused from outside, as counted every minute. Empty: 10,240, years of an agent's work, and no limit for `streams`. 0: no limit
    #[arg(long, global = true, env = "THROUGHLINE_STORED_MB", default_value = "", value_parser = maybe::<u64>)]
    pub stored_mb: Maybe<u64>,

    /// Connections open at once, on each node: past that, whoever waits longest for a request makes room. Empty: what the limit of open files leaves, which is raised at the start as far as it may be
    #[arg(long, global = true, env = "THROUGHLINE_CONNECTIONS", default_value = "", value_parser = maybe::<u64>)]
    pub connections: Maybe<u64>,

    /// Connections open at once from one address, or one IPv6 network (/64); trusted proxies have no such limit. Empty: 1,000, more than a large office behind one address has, or a quarter of all
    #[arg(long, global = true, env = "THROUGHLINE_CONNECTIONS_PER_ADDRESS", default_value = "", value_parser = maybe::<u64>)]
    pub connections_per_address: Maybe<u64>,

    /// Address and port for /metrics alone, as 10.0.0.5:9464, off the public side: whoever reaches it reads them, or whoever has the token where there is one. Empty: they stand beside the pages, for the token and, while no other machine can reach the portal, for programs of this one
    #[arg(long, global = true, env = "THROUGHLINE_METRICS_BIND", default_value = "", value_parser = maybe::<SocketAddr>)]
    pub metrics_bind: Maybe<SocketAddr>,

    /// Token with which /metrics is read from anywhere, as Authorization: Bearer. Empty: nobody comes by a token
    #[arg(long, global = true, env = "THROUGHLINE_METRICS_TOKEN", default_value = "", hide_env_values = true, value_parser = maybe::<Secret>)]
    pub metrics_token: Maybe<Secret>,

    /// Collector of traces that speaks OTLP over HTTP, as http://collector.example:4318. Other variables of the standard (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER and so on) count as well. Empty: no traces, as nobody would look at them
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT", default_value = "", hide_env_values = true, value_parser = maybe::<SecretUrl>)]
    pub otlp_endpoint: Maybe<SecretUrl>,

    /// Where Stripe is. Only a stand-in in tests is elsewhere: keys and amounts go there, so it has to be https, or on this machine
    #[arg(long, global = true, env = "THROUGHLINE_STRIPE_URL", default_value = stripe::API_URL, value_parser = stripe_url::parse)]
    pub stripe_url: Url,

    /// What is logged, as info,server=debug: enough to follow what happens, without the libraries' chatter
    #[arg(long, global = true, env = "THROUGHLINE_LOG", default_value = "info,sqlx=warn")]
    pub log: String,

    /// How a log line looks: for people on a terminal, for machines elsewhere
    #[arg(long, global = true, env = "THROUGHLINE_LOG_FORMAT", value_enum, default_value = "auto")]
    pub log_format: Format,
}

/// Why there is no file store.
#[derive(Debug, thiserror::Error)]
pub enum NoFiles {
    #[error(transparent)]
    NoHome(#[from] NoHome),
    #[error("THROUGHLINE_FILES: {0}")]
    BadStoreLocation(#[from] BadStoreLocation),
}

impl Settings {
    /// The address that people type, given the one that is really listened on (the port may have been chosen late).
    pub fn public_url(&self, listening: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        match listening.ip() {
            // Nobody can type 0.0.0.0.
            ip if ip.is_unspecified() => {
                format!("http://{}:{}", Ipv4Addr::LOCALHOST, listening.port())
            }
            _ => format!("http://{listening}"),
        }
    }

    /// Whether other machines can reach a portal that is set up like this.
    pub fn reach(&self) -> Reach {
        match self.public_url(self.bind).parse() {
            Ok(url) => Reach::new(self.bind, &url),
            // An address that is none is reported elsewhere.
            Err(_) => Reach::everywhere(),
        }
    }

    /// The data folder, absolute.
    ///
    /// # Errors
    /// When it is not set and there is no home folder to put it in.
    pub fn data(&self) -> Result<PathBuf, NoHome> {
        data::folder(self.data.as_deref())
    }

    /// What one client may keep; none where there is no limit.
    pub fn quota(&self) -> Option<Quota> {
        (self.files_mb > 0).then(|| Quota::of(self.files_mb.saturating_mul(1 << 20)))
    }

    /// Where the file store is.
    ///
    /// # Errors
    /// As [`Settings::data`].
    pub fn file_location(&self) -> Result<StoreLocation, NoHome> {
        match &self.files {
            Some(place) => Ok(place.clone()),
            None => Ok(StoreLocation::Folder(self.data()?.join("files"))),
        }
    }

    /// The file store.
    ///
    /// # Errors
    /// When its folder cannot be made, or the environment names no S3 server that may be used.
    pub fn file_store(&self) -> Result<Store, NoFiles> {
        let data = self.data()?;
        let place = self.file_location()?;
        std::fs::create_dir_all(&data)
            .map_err(|error| BadStoreLocation::Folder { path: data.clone(), error })?;
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let floor = self.files_free_mb.saturating_mul(1 << 20);
        Ok(Store::at(place, variables, data)?.with_floor(floor))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(flags: &[&str]) -> Settings {
        TestCli::parse_from([&["throughline"], flags].concat()).settings
    }

    #[test]
    fn an_empty_value_counts_as_not_set() {
        let settings = settings(&["--smtp-url", "", "--public-url=", "--data="]);
        assert!(settings.smtp_url.is_none() && settings.public_url.is_none() && settings.data.is_none());
    }

    #[test]
    fn the_public_address_follows_the_listener() {
        let settings = settings(&["--public-url="]);
        assert_eq!(settings.public_url(([0, 0, 0, 0], 80).into()), "http://127.0.0.1:80");
        assert_eq!(settings.public_url(([127, 0, 0, 1], 3001).into()), "http://127.0.0.1:3001");
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let settings = settings(&[
            "--database-url=postgres://o:hush1@h/d?password=hush2",
            "--smtp-url=smtps://a:hush3@mail.example",
            "--nats-url=nats://n:hush6@nats.example",
            "--llm-url=https://u:hush4@llm.example/v1",
            "--llm-key=hush5",
            "--metrics-token=hush7",
            "--secret-key=hush8",
            "--otlp-endpoint=http://u:hush9@collector.example:4318",
        ]);
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hush"), "{shown}");
        let rows = table(&settings).iter().map(|row| row.value.clone()).collect::<String>();
        assert!(!rows.contains("hush"), "{rows}");
        assert!(rows.contains("mail.example") && rows.contains("llm.example"), "{rows}");
    }
}
