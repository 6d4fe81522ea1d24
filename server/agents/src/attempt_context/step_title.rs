/// What a step is called, and what it came to in a few words: `Read fees.csv`, `12 rows`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTitle {
    pub title: String,
    /// May be empty.
    pub result: String,
}

impl StepTitle {
    pub fn with_result(title: impl Into<String>, result: impl Into<String>) -> Self {
        Self { title: title.into(), result: result.into() }
    }
}

impl From<&str> for StepTitle {
    fn from(title: &str) -> Self {
        Self::with_result(title, "")
    }
}
