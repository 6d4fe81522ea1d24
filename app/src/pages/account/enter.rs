use axum::response::Response;
use domain::{
    accounts::{Membership, sign_ins},
    audit::{self, ActedThrough, NewEntry},
};

use crate::web::{AGENT_KEY, Bare, MEMBERSHIP_KEY, PERSON_KEY, Problem, redirect};

/// Signs the browser in at a place, under a new id: what somebody planted before is worth nothing.
pub async fn enter(bare: &Bare, place: &Membership) -> Result<(), Problem> {
    bare.device.remember(&bare.app, place.person);
    let session = &bare.session;
    session.clear().await;
    session.cycle_id().await.map_err(Problem::store)?;
    session.insert(PERSON_KEY, place.person).await.map_err(Problem::store)?;
    session.insert(MEMBERSHIP_KEY, place.membership).await.map_err(Problem::store)?;
    session.insert(AGENT_KEY, &bare.agent).await.map_err(Problem::store)?;
    note(bare, place, "sign_in").await
}

/// Writes into the audit log what somebody did about their own way in.
pub(super) async fn note(bare: &Bare, place: &Membership, what: &str) -> Result<(), Problem> {
    let entry = NewEntry::done(what, place.client.as_ref().map_or("", |(_, name)| name));
    audit::commands::write(&bare.app.db, &place.scope(), &ActedThrough::default(), &entry)
        .await
        .map_err(Problem::from)
}

/// The key of the sign-in of the browser that asks.
pub fn here(bare: &Bare) -> Option<Vec<u8>> {
    bare.session.id().map(|id| sign_ins::key(&id.to_string()))
}

/// The first page of a place.
pub(super) fn home(place: &Membership) -> &'static str {
    if place.client.is_some() { "/portal" } else { "/desk" }
}

/// Signs in and goes on: to where the person was going, else home, after a choice where there are several places.
pub(super) async fn enter_and_go(
    bare: &Bare,
    places: &[Membership],
    next: &str,
) -> Result<Response, Problem> {
    let Some(first) = places.first() else { return Ok(redirect("/")) };
    enter(bare, first).await?;
    let next = local(next);
    if places.len() > 1 {
        let query = next.and_then(|next| serde_urlencoded::to_string([("next", next)]).ok());
        return Ok(redirect(&format!(
            "/account/workspaces{}",
            query.map(|q| format!("?{q}")).unwrap_or_default()
        )));
    }
    Ok(redirect(onward(first, next)))
}

/// Where a place's person goes on to: an address that is theirs, else home.
pub(super) fn onward<'a>(place: &Membership, next: Option<&'a str>) -> &'a str {
    let foreign = if place.client.is_some() { "/desk" } else { "/portal" };
    next.filter(|next| !next.starts_with(foreign)).unwrap_or(home(place))
}

/// A path on this site and nothing else: an address that leads away would lend our name to a trap.
pub(super) fn local(next: &str) -> Option<&str> {
    let plain = next.starts_with('/') && !next.starts_with("//") && next.len() <= 500;
    let clean = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let loops = ["/sign-in", "/sign-out", "/setup", "/reset"].iter().any(|path| next.starts_with(path));
    (plain && clean && !loops).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert_eq!(local("/portal/requests/12?x=1#e-4"), Some("/portal/requests/12?x=1#e-4"));
        for trap in [
            "",
            "portal",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/x\r\nSet-Cookie: a",
            "javascript:alert(1)",
            "/sign-in?next=/",
        ] {
            assert_eq!(local(trap), None, "{trap:?}");
        }
    }
}
