use domain::{
    approvals::{Audience, Question},
    session::Choice,
};

use crate::{AttemptContext, AttemptFailure};

/// The key of the answer that allows it.
const ONCE: &str = "once";
/// How long operators may take: two days. Then it is not allowed.
const OPEN_SECONDS: i64 = 2 * 86_400;
/// How much of what is to be done is shown, in characters.
const SHOWN: usize = 4_000;

/// Something that an agent may not do by itself.
pub(crate) struct Permission<'a> {
    /// Names the question within its run: asked again by a later attempt, it is the same.
    pub(crate) key: &'a str,
    pub(crate) tool: &'a str,
    /// What is so special about it, in the backend's words; may be empty.
    pub(crate) why: &'a str,
    /// What exactly is to be done, such as a command.
    pub(crate) what: &'a str,
}

/// Whether it may: at once for a tool that it may use without being asked, otherwise the operators decide, backstage.
pub(crate) async fn ask_permission(
    context: &mut AttemptContext,
    request: Permission<'_>,
) -> Result<bool, AttemptFailure> {
    let Permission { key, tool, why, what } = request;
    if context.reach().allows(tool) {
        return Ok(true);
    }
    let about = if why.is_empty() { String::new() } else { format!(": {why}") };
    let question = format!("{} wants to use {tool}{about}. Allow it?", context.agent());
    let shown: String = context.redact(what).chars().take(SHOWN).collect();
    let option = |key: &str, label: &str| Choice { key: key.to_owned(), label: label.to_owned() };
    let question = Question {
        question,
        detail: if shown.trim().is_empty() { String::new() } else { fenced(&shown) },
        options: vec![option(ONCE, "Allow once"), option("deny", "Don’t allow")],
        open_for: OPEN_SECONDS,
        audience: Audience::Operator,
    };
    context.ask_once(key, question).await?;
    Ok(context.answer_key(key).await?.as_deref() == Some(ONCE))
}

/// As a block of code that nothing in the text can end.
fn fenced(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::fenced;

    #[test]
    fn what_is_shown_stays_in_its_block() {
        assert_eq!(fenced("ls"), "```\nls\n```");
        assert_eq!(fenced("a\n```\n# Fine\n````"), "`````\na\n```\n# Fine\n````\n`````");
    }
}
