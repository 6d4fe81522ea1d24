//! What every page stands on: who asks ([`Cx`]), what was typed ([`Form`]), how it is answered ([`Page`], [`Problem`]).

mod client_addr;
mod copying;
mod csrf;
mod cx;
mod dress;
mod error_pages;
mod failure;
mod file_response;
mod form;
mod fragment;
mod frame;
mod host;
mod kept;
mod outward;
mod page;
mod path;
mod problem;
mod reach;
mod respond;
mod state;
mod textarea;
mod zone;

pub use client_addr::ClientAddr;
pub use csrf::{FormToken, Nonce, form_token, origin, same_site, security};
pub use cx::{AGENT_KEY, Bare, Cx, MEMBERSHIP_KEY, Member, Operator, PERSON_KEY, SignedIn};
pub use dress::dress_problems;
pub use error_pages::error_pages;
pub use failure::{AWAY, Failure, FailureKind};
pub use file_response::{disposition, file_response};
pub use form::{Fields, Form, PostedForm};
pub use fragment::fragment;
pub use frame::{DeskTab, Frame, PortalTab};
pub use host::{host_name, named};
pub use kept::{CarriedForm, FIELD as TYPED_FIELD, carry, keep};
pub use outward::{Outward, OutwardAnswer};
pub use page::Page;
pub use path::Path;
pub use problem::Problem;
pub use reach::{
    FORWARDING, Reach, is_forwarded, is_from_here, is_local_origin, is_loopback_name, is_loopback_url,
};
pub use respond::{ChangeAnswer, answer, redirect, redirect_with};
pub use state::{App, Site};
pub use textarea::textarea_text;
