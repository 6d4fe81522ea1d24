//! The one question of a rehearsal, with answers from the request itself.

use domain::{
    approvals::{Audience, Question},
    format::Format,
    session::Choice,
};

use super::{asks, material::Material};
use crate::AttemptContext;

/// With several points in the brief: which comes first. As the keys of its answers begin.
pub(super) const ORDER: &str = "order";
/// With one: how the words should sound.
pub(super) const TONE: &str = "tone";

/// How many answers are offered.
const MOST: usize = 3;

/// What is asked.
pub(super) fn question(context: &AttemptContext, material: &Material) -> Question {
    let work = context.assignment();
    let (now, by) = (context.now(), work.answer_by - chrono::TimeDelta::minutes(1));
    let until = Format { locale: work.locale, zone: work.zone }.zoned(by);
    let (key, question, labels, detail) = match material.brief.asks.as_slice() {
        [first, _, ..] => {
            let labels: Vec<String> =
                material.brief.asks.iter().take(MOST).map(|ask| asks::short(ask)).collect();
            let detail = format!(
                "You listed “{}” first, so I’d start there. If I don’t hear back by {until}, I’ll go in your order.",
                asks::short(first)
            );
            (ORDER, "Which one should I start with?", labels, detail)
        }
        _ => {
            let detail = format!("If I don’t hear back by {until}, I’ll go with the first one.");
            (TONE, "How should it sound?", tones(material), detail)
        }
    };
    Question {
        question: question.to_owned(),
        detail,
        options: labels
            .into_iter()
            .enumerate()
            .map(|(i, label)| Choice { key: format!("{key}-{}", i + 1), label })
            .collect(),
        open_for: Question::open_until(now, by),
        audience: Audience::Client,
    }
}

/// What the client said of its tone at sign-up, and the plain ones.
fn tones(material: &Material) -> Vec<String> {
    let about_tone = |label: &str| {
        let label = label.to_lowercase();
        ["tone", "voice", "sound", "style"].iter().any(|word| label.contains(word))
    };
    let own =
        material.answers.iter().find(|(label, _)| about_tone(label)).map(|(_, answer)| asks::cut(answer, 60));
    let plain = ["Plain and short", "Warm and personal", "Formal"].map(str::to_owned);
    own.map(|answer| format!("Like you told us: {answer}")).into_iter().chain(plain).take(MOST).collect()
}
