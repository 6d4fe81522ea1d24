//! The settings as a table: names, defaults and reasons are taken from the command line's own definition.

use clap::{Args, Command, ValueEnum};

use super::Settings;

/// One setting, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// The environment variable.
    pub name: String,
    /// What it is now, secrets hidden; empty when it is not set.
    pub value: String,
    /// What it is when nobody sets it; empty where the reason says what then happens.
    pub default: String,
    /// What it is for, and why the default is what it is.
    pub reason: String,
}

/// Every setting with its current value.
pub fn table(settings: &Settings) -> Vec<SettingRow> {
    let described = Settings::augment_args(Command::new("settings"));
    let rows = described.get_arguments().filter_map(|argument| {
        Some(SettingRow {
            name: argument.get_env()?.to_string_lossy().into_owned(),
            value: settings.shown(argument.get_id().as_str())?,
            default: argument.get_default_values().first()?.to_string_lossy().into_owned(),
            reason: argument.get_help()?.to_string(),
        })
    });
    rows.collect()
}

impl Settings {
    /// A setting's value as it may be shown to anyone; `None` for a name that is no setting.
    fn shown(&self, id: &str) -> Option<String> {
        fn or_empty<T: ToString>(value: Option<&T>) -> String {
            value.map(T::to_string).unwrap_or_default()
        }
        fn word<T: ValueEnum>(value: T) -> Option<String> {
            value.to_possible_value().map(|value| value.get_name().to_owned())
        }
        Some(match id {
            "bind" => self.bind.to_string(),
            "public_url" => or_empty(self.public_url.as_ref()),
            "trusted_proxies" => self.trusted_proxies.to_string(),
            "data" => self.data().map(|folder| folder.display().to_string()).unwrap_or_default(),
            "files" => or_empty(self.files.as_ref()),
            "files_mb" => self.files_mb.to_string(),
            "files_free_mb" => self.files_free_mb.to_string(),
            "database_url" => or_empty(self.database_url.as_ref()),
            "nats_url" => or_empty(self.nats_url.as_ref()),
            "poll_ms" => self.poll_ms.to_string(),
            "smtp_url" => or_empty(self.smtp_url.as_ref()),
            "mail_from" => self.mail_from.to_string(),
            "llm_url" => self.llm_url.to_string(),
            "llm_model" => or_empty(self.llm_model.as_ref()),
            "llm_key" => or_empty(self.llm_key.as_ref()),
            "secret_key" => or_empty(self.secret_key.as_ref()),
            "allow_private" => self.allow_private.to_string(),
            "agent_programs" => self.agent_programs.to_string(),
            "rehearsal_pace" => word(self.rehearsal_pace)?,
            "retention_days" => self.retention_days.to_string(),
            "append_rate" => or_empty(self.append_rate.as_ref()),
            "followers" => or_empty(self.followers.as_ref()),
            "stored_mb" => or_empty(self.stored_mb.as_ref()),
            "connections" => or_empty(self.connections.as_ref()),
            "connections_per_address" => or_empty(self.connections_per_address.as_ref()),
            "metrics_bind" => or_empty(self.metrics_bind.as_ref()),
            "metrics_token" => or_empty(self.metrics_token.as_ref()),
            "otlp_endpoint" => or_empty(self.otlp_endpoint.as_ref()),
            "stripe_url" => self.stripe_url.to_string(),
            "log" => self.log.clone(),
            "log_format" => word(self.log_format)?,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_name_a_value_and_a_reason() {
        let described = Settings::augment_args(Command::new("settings"));
        let Ok(settings) = described
            .clone()
            .try_get_matches_from(["settings"])
            .and_then(|matches| <Settings as clap::FromArgMatches>::from_arg_matches(&matches))
        else {
            panic!("the defaults are accepted");
        };
        assert_eq!(table(&settings).len(), described.get_arguments().count());
        assert!(table(&settings).iter().all(|row| row.reason.len() > 20));
    }
}
