//! What the links in mails have in common: who may ask for one how often, and what trying them costs.

use crate::{
    Db, Error, Result,
    accounts::limits::{self, LINK_NETWORK, Limit, MISSED_NETWORK, pair, party},
};

/// Counts that somebody asks for a mail with a link: whether one more is to be written. Where it is not, enough of them
/// are in the mailbox already; whoever asks is told nothing else than usual.
///
/// # Errors
/// [`Error::TooMany`] for those who ask too often themselves.
pub(super) async fn count_request(
    db: &Db,
    own: Limit,
    all: Limit,
    email: &str,
    network: &str,
) -> Result<bool> {
    let network = party(network);
    limits::hit_all(db, &[(own, pair(email, &network)), (LINK_NETWORK, network)]).await?;
    limits::is_within(db, all, email).await
}

/// Whether a text can be the token of a link at all: nobody looks for one that cannot.
pub(crate) fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Counts that a link opened nothing: the answer to it. Only those who miss are counted, so that no number of them closes
/// the way for a link that is right; and only what could have been one, as nothing is guessed by anything else.
pub(crate) async fn check_missed(db: &Db, token: &str, network: &str) -> Error {
    if is_token(token) { count_miss(db, network).await } else { Error::NotFound }
}

/// The same of anything that is not a link's token.
pub(super) async fn count_miss(db: &Db, network: &str) -> Error {
    match limits::hit(db, MISSED_NETWORK, &party(network)).await {
        Ok(()) => Error::NotFound,
        Err(error) => error,
    }
}
