//! Whether the house agent has an endpoint that answers.

use serde_json::Value;

use crate::doctor::Finding;
use crate::settings::{Llm, Secret, Settings};

const SUBJECT: &str = "House agent";

/// Asks the endpoint which models it has.
pub(super) async fn check(settings: &Settings) -> Finding {
    match &settings.llm_url {
        Llm::Off => Finding::ok(SUBJECT, "rehearsal mode (THROUGHLINE_LLM_URL is off)"),
        Llm::Find => find(settings).await,
        Llm::At(url) => match models(url.reveal().as_str(), settings.llm_key.as_ref()).await {
            Ok(models) => judge(&url.to_string(), &models, settings.llm_model.as_deref()),
            Err(reason) => Finding::fail(
                SUBJECT,
                format!("{url} isn’t responding correctly: {reason}"),
                "Start it, or fix THROUGHLINE_LLM_URL and THROUGHLINE_LLM_KEY. Set the URL to `off` for rehearsal mode.",
            ),
        },
    }
}

async fn find(settings: &Settings) -> Finding {
    for url in Llm::LOCAL {
        // No key: whatever listens there was not named by anyone.
        if let Ok(models) = models(url, None).await {
            return judge(url, &models, settings.llm_model.as_deref());
        }
    }
    Finding::ok(SUBJECT, "rehearsal mode: no endpoint set, and none found on this machine")
}

fn judge(url: &str, models: &[String], wanted: Option<&str>) -> Finding {
    match (wanted, models.first()) {
        (Some(wanted), _) if !models.iter().any(|model| model == wanted) => Finding::fail(
            SUBJECT,
            format!("{url} does not list {wanted}"),
            format!("Set THROUGHLINE_LLM_MODEL to one of: {}.", models.join(", ")),
        ),
        (Some(wanted), _) => Finding::ok(SUBJECT, format!("uses {wanted} at {url}")),
        (None, Some(first)) => Finding::ok(SUBJECT, format!("uses {first} at {url}")),
        (None, None) => {
            Finding::fail(SUBJECT, format!("{url} has no models loaded"), "Load a model there first.")
        }
    }
}

async fn models(base: &str, key: Option<&Secret>) -> Result<Vec<String>, String> {
    let client = super::client().map_err(reason_without_url)?;
    let mut asked = client.get(format!("{}/models", base.trim_end_matches('/')));
    if let Some(key) = key {
        asked = asked.bearer_auth(key.reveal());
    }
    let answer =
        asked.send().await.and_then(reqwest::Response::error_for_status).map_err(reason_without_url)?;
    let body: Value = answer.json().await.map_err(reason_without_url)?;
    let list = body["data"].as_array().ok_or("it lists no models")?;
    Ok(list.iter().filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect())
}

/// Without the address, which may hold a password.
fn reason_without_url(reason: reqwest::Error) -> String {
    let reason = reason.without_url();
    match std::error::Error::source(&reason) {
        Some(cause) => format!("{reason}: {cause}"),
        None => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Severity;

    #[test]
    fn a_model_that_is_not_listed_is_a_failure() {
        let models = ["small".to_owned()];
        assert_eq!(judge("u", &models, None).says, "uses small at u");
        assert_eq!(judge("u", &models, Some("small")).verdict, Severity::Ok);
        assert_eq!(judge("u", &models, Some("large")).verdict, Severity::Fail);
        assert_eq!(judge("u", &[], None).verdict, Severity::Fail);
    }
}
