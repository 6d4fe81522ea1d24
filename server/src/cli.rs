//! The command line: what to do, with which settings.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::database::{Database, Hold, rights};
use crate::protocols::durable_streams;
use crate::settings::Settings;
use crate::{backup, doctor, logs, product, rotate, serve};
use safe_http::tls;
use traces::Exporter;

/// A portal where clients ask for work, watch it being done, and approve it.
#[derive(Debug, Parser)]
#[command(name = "throughline", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the portal (also when no command is given).
    Serve(serve::Options),
    /// Serve durable streams alone, without the portal: on this machine, or with tokens from elsewhere.
    Streams(durable_streams::Options),
    /// Bring the database up to date and stop.
    Migrate {
        /// Change nothing: print the SQL by which a superuser prepares the roles for a database user who is none.
        #[arg(long)]
        print_roles: bool,
    },
    /// Fill an empty install with the demo: a workspace, two offers, three small businesses at different points of the job.
    Demo,
    /// People who run the workspace.
    Operator {
        #[command(subcommand)]
        command: Operator,
    },
    /// Write the whole install into one file while it is in use: database, files, and the master key under a passphrase.
    Backup(backup::BackupOptions),
    /// Put a backup back into an empty install of the same or a newer version, with the server stopped.
    Restore(backup::RestoreOptions),
    /// Move the private database into another Postgres, with the server stopped.
    Move(backup::MoveOptions),
    /// Replace secrets that have leaked.
    Rotate {
        #[command(subcommand)]
        secrets: rotate::Secrets,
    },
    /// Show every setting, check the installation and say how to mend it.
    Doctor,
}

#[derive(Debug, Subcommand)]
enum Operator {
    /// Let someone run the workspace; prints a link under which they set their password, once.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
}

/// Does what the command line asks. 0: done; 1: it failed, and why is on standard error; 2: it was not understood.
pub fn run() -> ExitCode {
    let Cli { command, settings } = Cli::parse();
    tls::provider();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(reason) => return failed(&reason),
    };
    let collector = settings.otlp_endpoint.as_ref();
    let exporter = match collector.map(|url| Exporter::new(url, runtime.handle().clone())).transpose() {
        Ok(exporter) => exporter,
        Err(reason) => return failed(&reason),
    };
    if let Err(reason) = logs::start(settings.log_format, &settings.log, exporter.as_ref()) {
        return failed(reason.as_ref());
    }
    let performed = runtime.block_on(perform(command, settings));
    if let Some(exporter) = exporter {
        exporter.shutdown();
    }
    performed.unwrap_or_else(|reason| failed(reason.as_ref()))
}

async fn perform(command: Option<Command>, settings: Settings) -> Result<ExitCode, Box<dyn Error>> {
    match command {
        None => serve::serve(settings, serve::Options::default()).await?,
        Some(Command::Serve(options)) => serve::serve(settings, options).await?,
        Some(Command::Streams(durable_streams::Options { command: Some(command), .. })) => command.run()?,
        Some(Command::Streams(options)) => durable_streams::serve(settings, options).await?,
        Some(Command::Migrate { print_roles: true }) => print!("{}", roles(&settings)?),
        Some(Command::Migrate { print_roles: false }) => migrate(&settings).await?,
        Some(Command::Demo) => demo(&settings).await?,
        Some(Command::Operator { command: Operator::Create { email, name } }) => {
            create_operator(&settings, &email, &name).await?;
        }
        Some(Command::Backup(options)) => {
            let (words, whole) = backup::run(&settings, &options).await?;
            print!("{words}");
            return Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Some(Command::Restore(options)) => print!("{}", backup::restore(&settings, &options).await?),
        Some(Command::Move(options)) => print!("{}", backup::move_install(&settings, &options).await?),
        Some(Command::Rotate { secrets }) => print!("{}", rotate::run(&settings, secrets).await?),
        Some(Command::Doctor) => return Ok(doctor::run(&settings).await),
    }
    Ok(ExitCode::SUCCESS)
}

/// For the user and the database of `DATABASE_URL`; no connection is made.
fn roles(settings: &Settings) -> Result<String, Box<dyn Error>> {
    let url = settings.database_url.as_ref().ok_or(
        "there is no DATABASE_URL, and the private database needs no preparing. Set it to the address that the server will have",
    )?;
    let options = crate::database::options(url)?;
    Ok(rights::script(options.get_username(), options.get_database()))
}

async fn migrate(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let database = Database::open(settings, Hold::Shared, &CancellationToken::new()).await?;
    println!("The database is up to date: {} migrations.", crate::database::MIGRATIONS.iter().count());
    database.close().await;
    Ok(())
}

async fn demo(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let database = Database::open(settings, Hold::Shared, &CancellationToken::new()).await?;
    let db = product::db(&database, settings);
    let told = domain::demo::fill(&db).await;
    db.engine().shutdown().await;
    database.close().await;
    match told? {
        true => println!("Demo data loaded. Start the portal to see the demo accounts."),
        false => println!("A workspace already exists. Nothing was changed."),
    }
    Ok(())
}

async fn create_operator(settings: &Settings, email: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let database = Database::open(settings, Hold::Shared, &CancellationToken::new()).await?;
    let db = product::db(&database, settings);
    let link = domain::accounts::commands::create_operator(&db, email, name, None).await;
    db.engine().shutdown().await;
    database.close().await;
    let link = link.map_err(mend)?;
    println!(
        "{name} can set a password at {}{link}\nThe link works once and expires in a day.",
        settings.public_url(settings.bind)
    );
    Ok(())
}

/// A refused form has no page here: what to mend, in one sentence.
fn mend(error: domain::Error) -> Box<dyn Error> {
    match error {
        domain::Error::Fields(errors) => {
            errors.iter().map(|(_, advice)| advice).collect::<Vec<_>>().join(" ").into()
        }
        other => other.into(),
    }
}

/// Prints an error and what led to it, each cause once.
fn failed(error: &dyn Error) -> ExitCode {
    let mut said = error.to_string();
    eprintln!("throughline: {said}");
    let mut cause = error.source();
    while let Some(reason) = cause {
        let text = reason.to_string();
        if !said.contains(&text) {
            eprintln!("  caused by: {text}");
        }
        said = text;
        cause = reason.source();
    }
    ExitCode::FAILURE
}
