//! Every statement that the crate sends, with what makes rows of its answers.

mod append;
mod batch;
mod page;
mod stream;

pub(crate) use append::append;
pub(crate) use batch::{Columns, lock, producers, store};
pub(crate) use page::page;
pub(crate) use stream::{close, create, fence, head, heads, trim};
