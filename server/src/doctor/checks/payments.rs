//! Whether cards can be charged: each workspace's account, what its key lacks, and whether anything was heard of it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payments::queries::{AccountHealth, account_health_by};
use sqlx::PgConnection;

use crate::{doctor::Finding, settings::Settings};

const SUBJECT: &str = "Payments";

/// The job reads every minute; after this long it does not get through, or no server runs.
const QUIET: TimeDelta = TimeDelta::minutes(15);

/// By what the server found last; nothing is asked of Stripe.
pub(super) async fn check(settings: &Settings, connection: &mut PgConnection) -> Vec<Finding> {
    let mut findings: Vec<Finding> = elsewhere(settings).into_iter().collect();
    match account_health_by(connection).await {
        Ok((accounts, _)) if accounts.is_empty() => {
            findings.push(Finding::ok(
                SUBJECT,
                "no Stripe account is connected, so clients pay by bank transfer",
            ));
        }
        Ok((accounts, now)) => findings.extend(accounts.iter().map(|account| look(account, now))),
        Err(reason) => findings.push(Finding::broken(SUBJECT, &reason)),
    }
    findings
}

/// That money goes through something else than Stripe.
fn elsewhere(settings: &Settings) -> Option<Finding> {
    let url = settings.stripe_url.as_str();
    (url != stripe::API_URL).then(|| {
        let says = format!("THROUGHLINE_STRIPE_URL is {url}, which isn’t Stripe: no real money moves");
        Finding::warn(SUBJECT, says, "Unset it, unless this install is for tests.")
    })
}

fn look(account: &AccountHealth, now: DateTime<Utc>) -> Finding {
    let mode = if account.is_live { "live" } else { "test mode, no real money moves" };
    let name = if account.name.is_empty() { "Stripe" } else { &account.name };
    let who = format!("{name} for workspace {} ({mode})", account.workspace);
    if let Some(at) = account.revoked_at {
        let says = format!("{who}: Stripe hasn’t accepted the key since {}", minute(at));
        return Finding::fail(SUBJECT, says, "Connect the account again under Settings, Payments.");
    }
    if !account.lacks.is_empty() {
        let says = format!("{who}: the key is missing {}", account.lacks.join(", "));
        return Finding::warn(
            SUBJECT,
            says,
            "Add them to the key in Stripe, then check it under Settings, Payments.",
        );
    }
    let heard = match account.heard_at {
        Some(at) => format!("last event heard {}", minute(at)),
        None => "no event heard yet".to_owned(),
    };
    let how =
        if account.webhook_secrets > 0 { "by webhook, and read every minute" } else { "read every minute" };
    let says = format!("{who}: events come {how}, read up to {}; {heard}", minute(account.events_read_to));
    if now - account.events_read_to > QUIET {
        return Finding::warn(
            SUBJECT,
            says,
            "Start the server, or see in its log why Stripe can’t be reached.",
        );
    }
    Finding::ok(SUBJECT, says)
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use domain::ids::WorkspaceId;

    use super::*;
    use crate::doctor::Severity;

    fn account() -> AccountHealth {
        AccountHealth {
            workspace: WorkspaceId::new(),
            name: "Northlight".into(),
            is_live: false,
            lacks: Vec::new(),
            webhook_secrets: 0,
            revoked_at: None,
            events_read_to: DateTime::UNIX_EPOCH,
            heard_at: None,
        }
    }

    #[test]
    fn what_stands_between_a_client_and_paying_is_told() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(2);
        let told = |account: AccountHealth| (look(&account, now).verdict, look(&account, now).says);
        let (verdict, says) = told(account());
        assert_eq!(verdict, Severity::Ok);
        assert!(says.contains("test mode") && says.contains("no event heard yet"), "{says}");
        assert_eq!(told(AccountHealth { revoked_at: Some(now), ..account() }).0, Severity::Fail);
        let (verdict, says) = told(AccountHealth { lacks: vec!["Events: Read".into()], ..account() });
        assert!(verdict == Severity::Warn && says.contains("Events: Read"), "{says}");
        assert_eq!(look(&account(), now + QUIET).verdict, Severity::Warn);
    }
}
