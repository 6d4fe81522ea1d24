/// Takes secrets out of whatever is going to be kept.
#[derive(Clone, Default)]
pub(in crate::agents) struct Hush(Vec<String>);

/// Shorter ones would take innocent words out.
const SHORTEST: usize = 4;

impl Hush {
    /// Of these secrets.
    pub(in crate::agents) fn of(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|s| s.len() >= SHORTEST).collect();
        // One may be the beginning of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The text without them.
    pub(in crate::agents) fn over(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }

    /// Every text in a value without them.
    pub(in crate::agents) fn over_value(&self, value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.over(text)),
            Value::Array(items) => items.iter().map(|item| self.over_value(item)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(name, field)| (self.over(name), self.over_value(field))).collect()
            }
            other => other.clone(),
        }
    }

    /// How much of the text's end may be the beginning of a secret whose rest is still on its way.
    pub(in crate::agents) fn unsure(&self, text: &str) -> usize {
        let begins = |from: &usize| {
            let end = &text[*from..];
            self.0.iter().any(|secret| secret.len() > end.len() && secret.starts_with(end))
        };
        let longest = self.0.first().map_or(0, String::len);
        let from = (text.len().saturating_sub(longest)..text.len()).filter(|at| text.is_char_boundary(*at));
        from.into_iter().find(begins).map_or(0, |from| text.len() - from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_found_however_it_comes() {
        let hush = Hush::of(["sk-planted".to_owned(), "sk-planted-longer".to_owned(), "abc".to_owned()]);
        assert_eq!(hush.over("a sk-planted-longer b sk-planted c abc"), "a *** b *** c abc");
        assert_eq!(hush.over_value(&json!({ "k": ["sk-planted", 1] })), json!({ "k": ["***", 1] }));
        assert_eq!(hush.unsure("it is sk-pl"), 5);
        assert_eq!(hush.unsure("it is s"), 1);
        assert_eq!(hush.unsure("it is é"), 0);
        assert_eq!(hush.unsure(""), 0);
        assert_eq!(Hush::default().unsure("anything"), 0);
    }
}
