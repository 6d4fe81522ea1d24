//! Pieces that several pages show.

pub mod answers;
pub mod bars;
pub mod choose;
pub mod confirmation;
pub mod crumbs;
pub mod cycle;
pub mod desk;
pub mod empty;
pub mod field;
pub mod intake_form;
pub mod lead_away;
pub mod locale;
pub mod offer_card;
pub mod page_head;
pub mod pager;
pub mod person;
pub mod post_form;
pub mod request;
pub mod search;
pub mod time;
pub mod waits;
pub mod zone;
