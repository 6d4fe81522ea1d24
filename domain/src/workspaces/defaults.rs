//! What a workspace says until its operators write their own.

/// The texts that a new workspace begins with, and to which an operator may go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultTexts {
    pub tagline: &'static str,
    pub promise: &'static str,
    /// Markdown.
    pub terms: String,
}

/// Those of a workspace of this name.
pub fn default_texts(name: &str) -> DefaultTexts {
    DefaultTexts {
        tagline: "A digital employee who knows your business and never loses the thread",
        promise: "Ask for work the way you’d ask a coworker. Watch it get done. Step in, change direction, or approve it any time.",
        terms: terms(name),
    }
}

/// What a client agrees to until the operator writes terms of their own.
fn terms(name: &str) -> String {
    format!(
        "## What you get\n\n{name} works on your requests, as many at a time as your plan allows, each within the hours \
         your plan names, counted on business days. You can send as many requests as you like. The rest wait their turn.\n\n\
         ## What you pay\n\nThe price of your plan, billed in advance by invoice. You can pause any time, and your unused days are saved for when you come back.\n\n\
         ## What is yours\n\nEverything we make for you, once it’s paid for. Anything you give us stays yours, and we use it \
         only for your requests.\n\n## Ending it\n\nYou can cancel any time before your next invoice. No reason needed.\n"
    )
}
