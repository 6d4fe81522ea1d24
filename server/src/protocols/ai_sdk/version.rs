use axum::http::HeaderMap;

/// Which version of the SDK reads: an older one gives up on a chunk that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// What every version from 5 on reads.
    Six,
    Seven,
}

impl Version {
    /// The transport does not say by itself, so the header `x-ai-sdk-version` does; without it, version 6.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let said = headers.get("x-ai-sdk-version").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let major = said.split('.').next().and_then(|major| major.trim().parse::<u32>().ok());
        if major.is_some_and(|major| major >= 7) { Self::Seven } else { Self::Six }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn nobody_gets_more_than_they_ask_for() {
        for (said, version) in [
            (None, Version::Six),
            (Some("6.0.326"), Version::Six),
            (Some("7"), Version::Seven),
            (Some("7.0.173"), Version::Seven),
            (Some("12.1"), Version::Seven),
            (Some("seven"), Version::Six),
            (Some(""), Version::Six),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert("x-ai-sdk-version", HeaderValue::from_static(said));
            }
            assert_eq!(Version::of(&headers), version, "{said:?}");
        }
    }
}
