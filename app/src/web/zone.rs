//! The time zone in which somebody reads times: the one that they chose, else their browser's, else the workspace's.

use axum::http::HeaderMap;
use chrono_tz::Tz;
use domain::{accounts::Membership, calendar, workspaces::Workspace};

use super::csrf::cookie;

const COOKIE: &str = "zone";

/// The zone that the browser wrote down by [`script`]; none where it is no zone's name.
pub(super) fn of_browser(headers: &HeaderMap) -> Option<Tz> {
    cookie(headers, COOKIE).filter(|name| name.len() <= 60).and_then(|name| calendar::zone(&name).ok())
}

/// The zone of who reads.
pub(super) fn of_reader(
    membership: Option<&Membership>,
    browser: Option<Tz>,
    workspace: Option<&Workspace>,
) -> Tz {
    let named = |name: &str| calendar::zone(name).ok();
    let known = membership.and_then(|membership| membership.zone.as_deref()).and_then(named);
    let chosen = membership.is_some_and(|membership| membership.zone_chosen);
    let own = if chosen { known.or(browser) } else { browser.or(known) };
    own.or_else(|| workspace.and_then(|workspace| named(&workspace.zone))).unwrap_or(Tz::UTC)
}

/// Has the browser write its zone into a cookie, for a day: somebody who travels is told in the new one tomorrow.
pub(super) fn script(nonce: &str, is_https: bool) -> String {
    let secure = if is_https { ";secure" } else { "" };
    format!(
        "<script nonce=\"{nonce}\">try{{document.cookie=\"{COOKIE}=\"+Intl.DateTimeFormat().resolvedOptions().timeZone+\
         \";path=/;max-age=86400;samesite=lax{secure}\"}}catch{{}}</script>"
    )
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use domain::{
        Role,
        ids::{MembershipId, PersonId, WorkspaceId},
    };

    use super::*;

    fn headers(zone: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(&format!("form=x; zone={zone}")).expect("a header");
        headers.insert(header::COOKIE, value);
        headers
    }

    fn membership(zone: Option<&str>, zone_chosen: bool) -> Membership {
        Membership {
            person: PersonId::new(),
            name: "Rosa".into(),
            email: "rosa@lindholm.example".into(),
            membership: MembershipId::new(),
            workspace: WorkspaceId::new(),
            client: None,
            role: Role::Operator,
            zone: zone.map(str::to_owned),
            zone_chosen,
        }
    }

    #[test]
    fn a_browser_is_believed_where_it_names_a_zone() {
        assert_eq!(of_browser(&headers("Europe/Berlin")), Some(Tz::Europe__Berlin));
        for nothing in ["", "Europe/Atlantis", "undefined", "../../etc", &"x".repeat(500)] {
            assert_eq!(of_browser(&headers(nothing)), None, "{nothing}");
        }
    }

    #[test]
    fn what_was_chosen_comes_before_the_browser_and_that_before_what_was_known() {
        let browser = Some(Tz::Asia__Tokyo);
        let of = |zone, chosen, browser| of_reader(Some(&membership(zone, chosen)), browser, None);
        assert_eq!(of(Some("Europe/Berlin"), true, browser), Tz::Europe__Berlin);
        assert_eq!(of(Some("Europe/Berlin"), false, browser), Tz::Asia__Tokyo);
        assert_eq!(of(Some("Europe/Berlin"), false, None), Tz::Europe__Berlin);
        assert_eq!(of(None, false, None), Tz::UTC);
    }
}
