//! What a request's page starts with: its rows, its conversation up to an offset, and what the calendar says.

use domain::{
    markdown,
    requests::{Column, Detail, queries},
    session::{self, Author, Body, Entry, Reading},
};

use super::{
    Here, beside,
    view::{self, ConversationView, EntryView, PageContext, RequestView, plain},
};
use crate::components::time::Times;

/// The request's rows. What follows them up is told by its conversation.
pub async fn detail(here: &Here) -> domain::Result<Detail> {
    queries::by_number(here.cx.db(), &here.scope, here.client, here.number).await
}

/// Everything that the page shows.
pub async fn request_view(here: &Here) -> domain::Result<(Detail, RequestView)> {
    // The log before the rows: what moves in between is heard of, and never missed.
    let stream = queries::session_of(here.cx.db(), &here.scope, here.client, here.number).await?;
    let reading = session::queries::read(here.cx.db(), &here.scope, stream).await?;
    let detail = detail(here).await?;
    let times = Times::of(&here.cx);
    let card = &detail.card;
    let asked = format!("sent by {}, {}", detail.asked_by, times.short_day(card.created_at));
    let shown = RequestView {
        place: place(here, detail.withdrawn_at.is_some()),
        above: above(here, &card.client_name),
        number: card.number,
        title: card.title.clone(),
        asked: if here.desk { format!("{}, {asked}", card.client_name) } else { asked },
        beside: beside::of(here, &detail, &reading.conversation, times),
        conversation: conversation_view(stream.to_string(), reading, times, 0).await?,
    };
    Ok((detail, shown))
}

pub fn place(here: &Here, withdrawn: bool) -> PageContext {
    PageContext {
        base: here.base(),
        token: here.cx.bare.token.0.clone(),
        may_work: here.may_work() && !withdrawn,
        desk: here.desk,
        me: here.may_work().then(|| Author::of(&here.scope)),
        live: true,
        draft: String::new(),
        refused: String::new(),
        not_taken: String::new(),
    }
}

/// What lies above the request: addresses and names.
pub fn above(here: &Here, client: &str) -> Vec<(String, String)> {
    let above = if here.desk {
        vec![("/desk/clients".to_owned(), "Clients"), (format!("/desk/clients/{}", here.client), client)]
    } else {
        vec![("/portal/requests".to_owned(), "Requests")]
    };
    above.into_iter().map(|(path, name)| (path, name.to_owned())).collect()
}

/// A conversation with its sentences, and the HTML of what has changed behind an offset.
pub async fn conversation_view(
    stream: String,
    reading: Reading,
    times: Times,
    since: u64,
) -> domain::Result<ConversationView> {
    let Reading { mut conversation, next, changed } = reading;
    if conversation.column == Some(Column::Done) {
        // One that was folded before plans were ticked with their request.
        conversation.tick();
    }
    // What was drawn before is not rendered again, whatever else is asked for.
    let is_new: Vec<bool> = {
        let entries = &conversation.entries;
        let new = |place: usize| changed.get(place).is_none_or(|at| *at > since);
        (0..entries.len()).map(|place| new(place) || (entries[place].second && new(place + 1))).collect()
    };
    let bytes = conversation.entries.iter().zip(&is_new).filter(|(_, new)| **new);
    let bytes = bytes.map(|(entry, _)| words(&entry.body).map_or(0, str::len)).sum();
    let said = markdown::aside(bytes, move || {
        let entries = conversation.entries.into_iter().zip(is_new);
        let mut said: Vec<EntryView> = entries.map(|(entry, new)| entry_view(entry, times, new)).collect();
        let last = said.iter().rposition(|said| matches!(said.entry.body, Body::Moved { .. }));
        if let Some(said) = last.and_then(|last| said.get_mut(last)) {
            said.last = true;
        }
        view::lay_strands(&mut said);
        said
    });
    Ok(ConversationView {
        stream,
        offset: next,
        clock: times.clock_offsets(),
        locale: times.locale(),
        said: said.await?,
    })
}

fn entry_view(entry: Entry, times: Times, new: bool) -> EntryView {
    let then = match &entry.body {
        // What nobody answered ended when it said it would, and not when that was noticed.
        Body::Approval { settled: Some(settled), .. } if !settled.expired => times.dated(settled.at),
        Body::Approval { expires, .. } => times.dated(*expires),
        Body::Deleted { deleted, .. } => times.dated(*deleted),
        _ => String::new(),
    };
    let html = if new { html(&entry.body) } else { String::new() };
    EntryView { when: times.dated(entry.at), then, html, last: false, strand: "", entry }
}

/// What people and agents wrote in an entry, which is Markdown whoever wrote it.
pub fn words(body: &Body) -> Option<&str> {
    match body {
        Body::Asked { brief: text, .. }
        | Body::Words { text, .. }
        | Body::Comment { text }
        | Body::Steer { text, .. }
        | Body::Review { reason: text, .. }
        | Body::Approval { detail: text, .. } => Some(text),
        _ => None,
    }
}

/// What is read of an entry. Words that are still being written stand as they come.
pub fn html(body: &Body) -> String {
    match body {
        Body::Words { text, writing: true } => plain::being_written(text),
        body => words(body).map(markdown::to_html).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{ApprovalId, ControlId};

    use super::*;

    /// Whoever says it and wherever: links and bold, and nothing that runs.
    #[test]
    fn all_that_is_said_is_markdown() {
        let text = "https://example.com/x **bold** [a](javascript:x) <b>".to_owned();
        let (control, approval) = (ControlId::new(), ApprovalId::new());
        let said = [
            Body::Asked { title: String::new(), brief: text.clone() },
            Body::Comment { text: text.clone() },
            Body::Words { text: text.clone(), writing: false },
            Body::Steer { control, text: text.clone(), outcome: None },
            Body::Review { approved: false, reason: text.clone() },
            Body::Approval {
                approval,
                question: String::new(),
                detail: text.clone(),
                options: Vec::new(),
                expires: 0,
                settled: None,
            },
        ];
        for body in said {
            let html = html(&body);
            assert!(
                html.contains("<a href=\"https://example.com/x\" rel=\"noopener nofollow ugc\">"),
                "{html}"
            );
            assert!(html.contains("<strong>bold</strong> [a](javascript:x) &lt;b&gt;"), "{html}");
        }
    }
}
