//! `throughline rotate`: what to do when a secret has leaked, a command each. All of them work beside running servers.

use std::error::Error;

use clap::Subcommand;
use domain::{Db, accounts::sign_ins, sealed, tokens};
use tokio_util::sync::CancellationToken;

use crate::database::{Database, Hold};
use crate::settings::Settings;
use crate::{keyring, product};

/// What is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Secrets {
    /// The master key: a new one, under which all keys of agents and secrets of webhooks are sealed anew
    SealingKey,
    /// Every token of programs and agents: each gets a new text, printed once, and the old one is refused from now on
    Tokens,
    /// Every sign-in: everybody is signed out, and links in mails that set a password end
    SignIns,
}

/// Replaces them. Answers what to say.
///
/// # Errors
/// When the database is away, or there is no master key to be had; nothing is half replaced then.
pub async fn run(settings: &Settings, secrets: Secrets) -> Result<String, Box<dyn Error>> {
    let database = Database::open(settings, Hold::Shared, &CancellationToken::new()).await?;
    let db = product::db(&database, settings).with_keyring_from(keyring::source(settings));
    let done = match secrets {
        Secrets::SealingKey => sealing_key(&db, settings).await,
        Secrets::Tokens => new_tokens(&db).await.map_err(Into::into),
        Secrets::SignIns => new_sign_ins(&db).await.map_err(Into::into),
    };
    db.engine().shutdown().await;
    database.close().await;
    done
}

async fn sealing_key(db: &Db, settings: &Settings) -> Result<String, Box<dyn Error>> {
    // First what an earlier rotation that was broken off has left: its old key goes from the file after this.
    let left = sealed::reseal(db).await?;
    let is_new = match keyring::put_new_key_first(settings)? {
        Some(_) => true,
        // In the environment the operator puts it first, on every node.
        None if left.all() > 0 || db.keyring()?.names().len() > 1 => false,
        None => return Ok(asks_for_a_new_key()),
    };
    let done = if is_new { sealed::reseal(db).await? } else { left };
    let unopened = match done.unopened {
        0 => String::new(),
        count => format!("{count} were sealed under keys that are not here; enter those anew.\n"),
    };
    let next = if is_new {
        "Running servers on this data folder use it from now on. The old key stays in secret.key for what was just being \
         written, opens nothing that is stored, and goes with the next rotation."
    } else {
        "Once this says so with no more to seal, take the old key out of THROUGHLINE_SECRET_KEY on every node, and restart \
         them one after another."
    };
    Ok(format!(
        "Sealed anew under the master key {}: {} agents’ keys, {} webhooks’ secrets, {} payment accounts, {} runs.\n{unopened}{next}\n\
         Whoever had the old key and a copy of the database has what was in it: replace those keys where they come from, too.\n",
        db.keyring()?.name(),
        done.agents,
        done.webhooks,
        done.payments,
        done.runs,
    ))
}

/// The environment is not ours to change.
fn asks_for_a_new_key() -> String {
    let new = sealed::Keyring::generate();
    format!(
        "The master key is in THROUGHLINE_SECRET_KEY. Set it on every node to the new key, a comma, and the old key, restart the \
         nodes one after another, and run this command again with the same setting; nothing was changed yet.\n\
         THROUGHLINE_SECRET_KEY={new},<the old key>\n"
    )
}

async fn new_tokens(db: &Db) -> domain::Result<String> {
    let (rotated, attempts) = tokens::commands::rotate(db).await?;
    let mut said =
        format!("{} tokens have a new text; the old ones are refused from now on.\n", rotated.len());
    for token in &rotated {
        said += &format!("  {}  {}: {}\n", token.text.reveal(), token.place, token.name);
    }
    if attempts > 0 {
        said += &format!(
            "{attempts} tokens of runs that were under way were taken back; those runs begin another attempt.\n"
        );
    }
    if !rotated.is_empty() {
        said += "They are not shown again: put each where its program reads it.\n";
    }
    Ok(said)
}

async fn new_sign_ins(db: &Db) -> domain::Result<String> {
    let ended = sign_ins::rotate(db).await?;
    Ok(format!(
        "{} browsers were signed out and {} links to set a password were ended. Passwords are as they were; where one has \
         leaked, its person sets another under “forgotten your password”.\n",
        ended.browsers, ended.links
    ))
}
