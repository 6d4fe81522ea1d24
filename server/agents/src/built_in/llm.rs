//! Which endpoint, if any, the built-in agent uses.

use std::fmt;
use std::str::FromStr;

use url::Url;

use safe_http::SecretUrl;

/// The built-in agent's endpoint as it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Llm {
    /// Not set: look on this machine.
    Find,
    /// `off`: rehearse, even where one could be found.
    Off,
    /// This one. The path ends in `/v1` or whatever was given.
    At(SecretUrl),
}

impl Llm {
    /// Where Ollama and llama.cpp listen unless told otherwise, as base addresses.
    pub const LOCAL: [&str; 2] = ["http://127.0.0.1:11434/v1", "http://127.0.0.1:8080/v1"];
}

impl FromStr for Llm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self::Find),
            "off" => Ok(Self::Off),
            _ => endpoint(text).map(|url| Self::At(url.into())),
        }
    }
}

/// People name the host and forget the path under which every such server answers.
fn endpoint(text: &str) -> Result<Url, String> {
    let mut url =
        Url::parse(text).map_err(|reason| format!("{reason}; write http://host:port/v1, or off"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://, or be the word off".into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(if path.is_empty() { "/v1" } else { &path });
    Ok(url)
}

impl fmt::Display for Llm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Find => Ok(()),
            Self::Off => f.write_str("off"),
            Self::At(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_completed_and_other_schemes_are_refused() {
        let shown = |text: &str| text.parse::<Llm>().map(|llm| llm.to_string());
        assert_eq!(shown("http://127.0.0.1:11434"), Ok("http://127.0.0.1:11434/v1".into()));
        assert_eq!(shown("https://x.example/openai/v1/"), Ok("https://x.example/openai/v1".into()));
        assert_eq!(shown("off"), Ok("off".into()));
        assert!(shown("ftp://x").is_err() && shown("localhost:11434").is_err());
    }
}
