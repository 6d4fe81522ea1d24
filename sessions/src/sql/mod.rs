//! Every statement that the crate sends, with what makes rows of its answers.

mod append;
mod batch;
mod columns;
mod erase;
mod gone;
mod named;
mod page;
mod recalled;
mod redact;
mod remove;
mod stored;
mod stream;

pub(crate) use append::append;
pub(crate) use batch::{lock, producers, store};
pub(crate) use columns::Columns;
pub(crate) use erase::bury_all;
pub(crate) use gone::gone_error;
pub(crate) use named::{NamedRow, find, hold_source, insert};
pub(crate) use page::page;
pub(crate) use recalled::{AssumedState, prepare, store_recalled};
pub(crate) use redact::{find_text, redact};
pub(crate) use remove::{clear_grave, delete, graves, lapsed, put_away};
pub(crate) use stored::{count_some, stored};
pub(crate) use stream::{HeadRow, close, create, fence, head, heads, touch, trim};
