//! What a request's page starts with, and what of it the server tells anew when something has moved. Every sentence
//! that needs a calendar is made by the server.

use domain::{
    requests::Column,
    session::{Conversation, Entry, RunNow},
};
use serde::{Deserialize, Serialize};

/// A request as its page is first drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub place: Place,
    pub number: u64,
    pub title: String,
    /// `asked by Rosa, Monday`.
    pub asked: String,
    /// The stream that the conversation is read from, and how far it has been.
    pub stream: String,
    pub offset: u64,
    pub said: Vec<Said>,
    pub run: Option<RunNow>,
    pub beside: Beside,
}

/// Where the page stands, and what its reader may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The request's address, `/portal/requests/12`; forms go to what lies under it.
    pub base: String,
    /// The list that it belongs to, and what that is called.
    pub list: String,
    pub list_name: String,
    pub client: String,
    pub token: String,
    /// May speak, stop, steer, answer and review.
    pub may_work: bool,
    pub desk: bool,
    /// What was typed and could not be sent, and why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub draft: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refused: String,
}

/// An entry with the sentences that need a calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub entry: Entry,
    /// `Monday 09:12`.
    pub when: String,
    /// The second time of an entry: until when a question waits, when it was answered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub then: String,
    /// What is read, as HTML. It stands in the page that the browser has, so it is not sent a second time.
    #[serde(skip)]
    pub html: String,
}

/// What stands around the conversation, and changes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    pub state: Option<Column>,
    /// The column's name to this reader.
    pub state_name: String,
    /// Who is on it.
    pub agent: Option<String>,
    pub clock: Option<Clock>,
    pub deliverables: Vec<Link>,
    pub waiting: Vec<Link>,
    /// A question is open.
    pub asks: bool,
    pub next: Vec<Link>,
    pub files: Vec<Link>,
    pub review: Option<Review>,
    /// The end of the line, once the request is done or withdrawn: a word and a sentence.
    pub ended: Option<(String, String)>,
    /// What the workspace's clocks show beyond UTC.
    pub zone_minutes: i32,
}

/// A line of a short list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub href: String,
    pub words: String,
    pub aside: String,
}

/// The cycle: words above, line below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// `31 h left`.
    pub left: String,
    /// `of 48, weekends not counted`.
    pub of: String,
    /// `due Wednesday 13:10`.
    pub due: String,
    /// The whole of it for those who do not see the line.
    pub label: String,
    pub at_risk: bool,
    /// From left to right, in thousandths of the line; what is left over is not drawn.
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub waiting: bool,
    pub from: u16,
    pub to: u16,
}

/// What the client is asked about a delivered version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub question: String,
    /// `2 of 3 changes left`.
    pub changes: String,
    pub may_change: bool,
    /// What was typed and refused.
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub error: String,
}

impl Start {
    /// The fold that the page goes on from. What can never change again has left its text with the page.
    pub fn conversation(&self) -> Conversation {
        Conversation {
            entries: self.said.iter().map(|said| said.entry.clone()).collect(),
            run: self.run.clone(),
            column: self.beside.state,
        }
    }
}
