//! What a request's page shows, with every sentence that needs a calendar.

use domain::{
    format::{ClockOffsets, Locale},
    requests::{Column, HeldBy},
    session::{Author, Entry, RunNow},
};

/// A request as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestView {
    pub place: PageContext,
    /// What lies above it: addresses and names.
    pub above: Vec<(String, String)>,
    pub number: u64,
    pub title: String,
    /// `sent by Rosa, Mon, Nov 30`.
    pub asked: String,
    pub conversation: ConversationView,
    pub beside: SideView,
}

/// The conversation up to an offset of its stream.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationView {
    pub stream: String,
    pub offset: u64,
    /// What the reader's clocks show beyond UTC.
    pub clock: ClockOffsets,
    /// How those show the time.
    pub locale: Locale,
    pub said: Vec<EntryView>,
}

/// Where the page stands, and what its reader may do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageContext {
    /// The request's address, `/portal/requests/12`; forms go to what lies under it.
    pub base: String,
    pub token: String,
    /// May speak, stop, steer, answer and review.
    pub may_work: bool,
    pub desk: bool,
    /// Who reads it, where they may delete what they wrote.
    pub me: Option<Author>,
    /// What changes there is drawn anew while it is looked at.
    pub live: bool,
    /// What was typed and could not be sent, and why.
    pub draft: String,
    pub refused: String,
    /// Why files could not be taken.
    pub not_taken: String,
}

impl PageContext {
    /// An address under the request's own.
    pub fn under(&self, rest: &str) -> String {
        format!("{}/{rest}", self.base)
    }
}

/// An entry with the sentences that need a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryView {
    pub entry: Entry,
    /// `Mon, Nov 30, 9:12 AM`.
    pub when: String,
    /// The second time of an entry: until when a question waits, when it was answered.
    pub then: String,
    /// What is read, as HTML.
    pub html: String,
    /// It is where the request was put last.
    pub last: bool,
    /// Classes of the second line beside the first.
    pub strand: &'static str,
}

/// What stands around the conversation, and changes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideView {
    pub state: Option<Column>,
    /// The column's name to this reader.
    pub state_name: String,
    /// Who was set to it.
    pub agent: Option<String>,
    /// The newest run.
    pub run: Option<RunNow>,
    /// Why that is not about to be taken up, while it is queued.
    pub held_by: Option<HeldBy>,
    /// The names of the agents that help with it now.
    pub helpers: Vec<String>,

    /// How they are listed.
    pub locale: Locale,
    pub clock: Option<ClockView>,
    pub deliverables: Vec<ListLink>,
    pub waiting: Vec<ListLink>,
    /// The work has ended before the request has, and can be taken up again: what the button says.
    pub again: Option<&'static str>,
    pub next: Vec<ListLink>,
    pub files: Vec<ListLink>,
    pub review: Option<Review>,
    /// The end of the line, once the request is done or withdrawn: a word and a sentence.
    pub ended: Option<(String, String)>,
}

impl SideView {
    /// The agent's name while a run lives.
    pub fn at_work(&self) -> Option<&str> {
        self.run.as_ref().filter(|run| !run.state.has_ended()).map(|run| run.agent.as_str())
    }
}

/// A line of a short list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListLink {
    pub href: String,
    pub words: String,
    pub aside: String,
}

/// The cycle: words above, line below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockView {
    /// `31 of 48 hours left, business days only`.
    pub stands: String,
    /// `due Wed, Dec 2, 1:10 PM`.
    pub due: String,
    /// The whole of it for those who do not see the line.
    pub label: String,
    pub at_risk: bool,
    /// From left to right, in thousandths of the line; what is left over is not drawn.
    pub pieces: Vec<ClockPiece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockPiece {
    pub waiting: bool,
    pub from: u16,
    pub to: u16,
}

/// What the client is asked about a delivered version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub question: String,
    /// `2 of 3 changes left`.
    pub changes: String,
    pub may_change: bool,
    /// What was typed and refused.
    pub reason: String,
    pub error: String,
}
