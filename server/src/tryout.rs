//! What an agent's page asks of the world: whether an address may be called, and what is found there.

use std::{path::Path, time::Duration};

use app::web::{Outward, OutwardAnswer};
use domain::{
    agents::{Backend, Reach},
    redact,
};
use tokio::time::timeout;

use agents::model::Models;
use safe_http::{AddressError, SafeHttp};

/// How long a person waits for it.
const PATIENCE: Duration = Duration::from_secs(12);
/// How many models are named.
const NAMED: usize = 6;

/// The server's reach, for the pages.
#[derive(Clone, Debug)]
pub struct Tryout {
    safe_http: SafeHttp,
    models: Models,
}

impl Tryout {
    pub fn new(safe_http: SafeHttp, models: Models) -> Self {
        Self { safe_http, models }
    }

    async fn found(&self, reach: &Reach) -> Result<String, String> {
        match reach.backend {
            Backend::BuiltIn => {
                Ok("Nothing to test. The built-in agent comes with the portal. Run `throughline doctor` to see which model it uses.".into())
            }
            Backend::Pull => Ok("Nothing to test from here. The program connects to this portal with its own API token.".into()),
            Backend::OpenaiChat | Backend::OpenaiResponses | Backend::Anthropic => self.model(reach).await,
            Backend::Hermes => self.hermes(reach).await,
            Backend::Acp => program(&reach.settings.command, "").await,
            Backend::ClaudeCode => program(&reach.settings.command, "claude").await,
        }
    }

    async fn model(&self, reach: &Reach) -> Result<String, String> {
        let models = self.models.endpoint(reach).await?.found().await;
        let models = models.map_err(|reason| format!("Test failed: {reason}."))?;
        match &reach.settings.model {
            Some(wanted) if models.contains(wanted) => Ok(format!("Connected. {wanted} is available.")),
            Some(wanted) if models.is_empty() => Ok(format!(
                "Connected, but the service doesn’t list its models, so we couldn’t check for {wanted}."
            )),
            Some(wanted) => {
                Err(format!("Connected, but {wanted} isn’t listed. Available models: {}.", named(&models)))
            }
            None => match models.first() {
                Some(first) => {
                    Ok(format!("Connected. Available models: {}. We’ll use {first}.", named(&models)))
                }
                None => Err("Connected, but no models are listed. Enter a model name.".into()),
            },
        }
    }

    async fn hermes(&self, reach: &Reach) -> Result<String, String> {
        let url = reach.settings.url.as_deref().unwrap_or_default();
        let url = self.safe_http.checked_url(url).await.map_err(|refused| refused.to_string())?;
        let mut asked = url.get("v1/models", PATIENCE);
        if let Some(key) = &reach.key {
            asked = asked.bearer_auth(key);
        }
        let answer = asked.send().await.map_err(|error| {
            if error.is_timeout() {
                "The service didn’t respond in time."
            } else {
                "Nothing is responding at that URL."
            }
        })?;
        match answer.status().as_u16() {
            200..=299 => Ok("Connected.".into()),
            401 | 403 => Err("The service rejected the key. Check it and try again.".into()),
            404 => Err("Something responded, but it isn’t Hermes. Check the URL.".into()),
            status => Err(format!("The service returned error {status}.")),
        }
    }
}

impl Outward for Tryout {
    fn check<'a>(&'a self, address: &'a str) -> OutwardAnswer<'a> {
        Box::pin(async move {
            let checked = self.safe_http.check(address).await;
            checked.map(|url| url.to_string()).map_err(|refused| refused.to_string())
        })
    }

    fn check_known<'a>(&'a self, address: &'a str) -> OutwardAnswer<'a> {
        Box::pin(async move {
            match timeout(PATIENCE, self.safe_http.check(address)).await {
                Ok(Err(refused)) if !matches!(refused, AddressError::Unknown { .. }) => {
                    Err(refused.to_string())
                }
                _ => Ok(address.to_owned()),
            }
        })
    }

    fn try_out<'a>(&'a self, reach: &'a Reach) -> OutwardAnswer<'a> {
        Box::pin(async move {
            let found = timeout(PATIENCE, self.found(reach)).await;
            let found = found.unwrap_or_else(|_| Err("The service didn’t respond in time.".into()));
            let hidden = |words: String| {
                let words =
                    reach.key.as_ref().map_or(words.clone(), |key| words.replace(key.as_str(), "***"));
                redact::shapes(&words)
            };
            found.map(hidden).map_err(hidden)
        })
    }
}

fn named(models: &[String]) -> String {
    let first = models.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match models.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Whether the program is on this machine. It is not started: that may cost something.
async fn program(command: &[String], usual: &str) -> Result<String, String> {
    let name = command.first().map_or(usual, String::as_str);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let by_path = std::env::split_paths(&folders).map(|folder| folder.join(name));
    // A name with a slash in it is a path.
    let places = if name.contains('/') { vec![Path::new(name).to_owned()] } else { by_path.collect() };
    for place in places {
        if tokio::fs::metadata(&place).await.is_ok_and(|found| found.is_file()) {
            return Ok(format!(
                "Found {} on this machine. It’ll start with the first request.",
                place.display()
            ));
        }
    }
    Err(format!("Can’t find {name} on this machine. Install it or enter the full path."))
}
