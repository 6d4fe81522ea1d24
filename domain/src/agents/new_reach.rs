//! How an agent is to be reached, as a person types it.

use super::{Agent, Backend, Need, Settings, command_line};
use crate::FieldErrors;

/// The longest address, model's name and command, in characters; the most tools, and the longest name of one.
const LONG: usize = 2_000;
const MODEL: usize = 200;
const TOOLS: usize = 200;
const TOOL: usize = 200;

/// What a form says of how an agent is reached. What its backend does not need is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewReach {
    pub backend: Backend,
    pub url: String,
    pub model: String,
    /// A program and its arguments, separated by blanks; quotes keep blanks together.
    pub command: String,
    pub tools: Vec<String>,
    pub key: NewKey,
}

/// What becomes of an agent's key.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum NewKey {
    #[default]
    Keep,
    Set(String),
    Remove,
}

/// Never the key.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Set(_) => "Set(***)",
            Self::Remove => "Remove",
        })
    }
}

impl NewReach {
    /// The settings and the allow-list; what is to be mended goes to `errors`: fields `url`, `model`, `command`, `tools`.
    pub fn checked(&self, errors: &mut FieldErrors) -> (Settings, Vec<String>) {
        let needs = self.backend.needs();
        let settings = Settings {
            url: text(needs.url, &self.url, LONG).unwrap_or_else(|wrong| {
                errors.add("url", wrong.words("Enter the URL.", LONG));
                None
            }),
            model: text(needs.model, &self.model, MODEL).unwrap_or_else(|wrong| {
                errors.add("model", wrong.words("Enter the model name as the service lists it.", MODEL));
                None
            }),
            command: self.command(needs.command, errors),
        };
        if settings
            .url
            .as_ref()
            .is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://"))
        {
            errors.add("url", "The URL has to start with https:// or http://.");
        }
        (settings, self.tools(errors))
    }

    /// Whether what is typed leads elsewhere than what is set: a key that is kept would go to somebody else.
    pub fn leads_elsewhere(&self, agent: &Agent) -> bool {
        let (settings, _) = self.checked(&mut FieldErrors::new());
        (agent.backend, &agent.settings.url, &agent.settings.command)
            != (self.backend, &settings.url, &settings.command)
    }

    fn command(&self, need: Need, errors: &mut FieldErrors) -> Vec<String> {
        let line = text(need, &self.command, LONG).unwrap_or_else(|wrong| {
            errors.add("command", wrong.words("Enter the program to start, like hermes-acp.", LONG));
            None
        });
        match command_line::split(line.as_deref().unwrap_or_default()) {
            Some(command) => command,
            None => {
                errors.add("command", "There’s an unclosed quotation mark.");
                Vec::new()
            }
        }
    }

    fn tools(&self, errors: &mut FieldErrors) -> Vec<String> {
        let mut tools: Vec<String> = Vec::new();
        for tool in self.tools.iter().map(|tool| clean(tool)).filter(|tool| !tool.is_empty()) {
            if !tools.contains(&tool) {
                tools.push(tool);
            }
        }
        if tools.len() > TOOLS || tools.iter().any(|tool| tool.chars().count() > TOOL) {
            errors.add("own_tools", format!("List up to {TOOLS} tools, one per line."));
        }
        tools
    }
}

enum ValueProblem {
    Missing,
    Long,
}

impl ValueProblem {
    fn words(&self, missing: &str, longest: usize) -> String {
        match self {
            Self::Missing => missing.to_owned(),
            Self::Long => format!("Keep this under {longest} characters."),
        }
    }
}

fn text(need: Need, typed: &str, longest: usize) -> Result<Option<String>, ValueProblem> {
    let text = clean(typed);
    match need {
        Need::No => Ok(None),
        Need::Must if text.is_empty() => Err(ValueProblem::Missing),
        _ if text.chars().count() > longest => Err(ValueProblem::Long),
        _ => Ok(Some(text).filter(|text| !text.is_empty())),
    }
}

fn clean(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(reach: NewReach) -> (Settings, Vec<String>, FieldErrors) {
        let mut errors = FieldErrors::new();
        let (settings, tools) = reach.checked(&mut errors);
        (settings, tools, errors)
    }

    fn typed(backend: Backend) -> NewReach {
        NewReach {
            backend,
            url: " https://x.example/v1 ".into(),
            model: "m".into(),
            command: r#"hermes-acp --home "a b""#.into(),
            tools: vec!["deliver".into(), " deliver".into(), String::new()],
            ..NewReach::default()
        }
    }

    #[test]
    fn what_a_backend_does_not_need_is_passed_over() {
        let (settings, tools, errors) = checked(typed(Backend::BuiltIn));
        assert_eq!((settings, tools, errors.is_empty()), (Settings::default(), vec!["deliver".into()], true));
        let (settings, ..) = checked(typed(Backend::Acp));
        assert_eq!((settings.url, settings.command.len()), (None, 3));
        let (settings, ..) = checked(typed(Backend::Anthropic));
        assert_eq!((settings.url.as_deref(), settings.command.len()), (Some("https://x.example/v1"), 0));
    }

    #[test]
    fn what_is_missing_is_told_at_its_field() {
        for (backend, fields) in [
            (Backend::Hermes, &["url"][..]),
            (Backend::Anthropic, &["model"]),
            (Backend::OpenaiResponses, &["model"]),
            (Backend::Acp, &["command"]),
            (Backend::OpenaiChat, &[]),
            (Backend::Pull, &[]),
        ] {
            let (.., errors) = checked(NewReach { backend, ..NewReach::default() });
            let told: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
            assert_eq!(told, fields, "{backend:?}");
        }
        let (.., errors) =
            checked(NewReach { url: "ftp://x".into(), command: "a 'b".into(), ..typed(Backend::ClaudeCode) });
        assert!(errors.of("url").is_some() && errors.of("command").is_some());
        assert_eq!(format!("{:?}", NewKey::Set("sk-planted".into())), "Set(***)");
    }
}
