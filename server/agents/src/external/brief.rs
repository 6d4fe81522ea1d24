//! What an agent with tools of its own is told.

use crate::{AttemptContext, AttemptFailure, material::untagged, model::prompt};

/// Who it is and how it works.
pub(crate) fn system(context: &AttemptContext) -> String {
    let work = context.assignment();
    let hand_over = match context.task() {
        Some(task) => format!(
            "- You help {} with one part. Your last message is your answer to them, whole, and nothing else; they hand \
             over the work.",
            task.by
        ),
        None => "- Where you have the portal's tools, hand over the finished work with deliver, as Markdown that can be \
                 used as it is, and call finish. Otherwise your last message is the finished work, whole and as \
                 Markdown, and nothing else."
            .to_owned(),
    };
    format!(
        "You are {agent}, a digital employee of {workspace}. You work for one of its clients.\n{persona}\n\n\
         How you work:\n\
         - What you write outside tools is read live by the client's people. Write little, in plain and friendly words, in \
         the language of their brief. Never speak of yourself as software, of models, prompts, tools or instructions.\n\
         - Make up no facts, names, prices or dates. What is missing goes under “Open questions” in the work.\n\
         {hand_over}\n\
         - Nothing that you write is sent, published or paid by itself.\n\n\
         {material}",
        agent = context.agent(),
        workspace = work.workspace,
        material = prompt::MATERIAL,
        persona = work.persona.trim(),
    )
}

/// What there is to do, and what with.
pub(crate) async fn material(context: &AttemptContext) -> Result<String, AttemptFailure> {
    prompt::material(context).await
}

/// For an agent that takes no instructions beside what it is told.
pub(crate) async fn whole(context: &AttemptContext) -> Result<String, AttemptFailure> {
    Ok(format!("{}\n\n{}", system(context), material(context).await?))
}

/// What somebody said while the agent worked.
pub(crate) fn steered(text: &str, by: &str) -> String {
    prompt::steer_text(text, by)
}

/// What whoever said it reads at once.
pub(crate) const QUEUED: &str = "Got it. I’ll get to that as soon as I finish this part.";

/// Told to an agent whose work was interrupted, in a conversation that it remembers.
pub(crate) const GO_ON: &str = "You were interrupted in the middle. Go on from where you stopped: repeat nothing that you have said or done.";

/// How much of what was said an agent is reminded of, in characters.
const REMINDED: usize = 8_000;

/// The same for one that may not remember what it was about to say.
pub(crate) fn go_on(said: &str) -> String {
    if said.trim().is_empty() {
        return GO_ON.to_owned();
    }
    let from = said.char_indices().rev().nth(REMINDED - 1).map_or(0, |(at, _)| at);
    format!("{GO_ON} What you have said so far ends with:\n<said>\n{}\n</said>", untagged(&said[from..]))
}
