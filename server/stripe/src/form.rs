//! What a call sends: pairs as Stripe takes them, `metadata[attempt]=try_…` among them.

use url::form_urlencoded::Serializer;

/// Parameters of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    pub(crate) fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_and_words_in_any_script_are_escaped() {
        let form = Form::default().with("metadata[client]", "Ærø & Søn").with("amount", 5_000);
        assert_eq!(form.encoded(), "metadata%5Bclient%5D=%C3%86r%C3%B8+%26+S%C3%B8n&amount=5000");
    }
}
