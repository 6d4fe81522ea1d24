//! Which mails belong together in a reader's mailbox.

use super::text;
use crate::ids::ClientId;

/// The request that a mail is about: mails about the same one stand together in a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailThread {
    pub client: ClientId,
    /// The request's number, as the client's people know it.
    pub number: u32,
}

/// The one request that a body leads to, in the mail about `client`. A body that leads to several is about none of them.
pub(super) fn of(client: Option<ClientId>, body: &str) -> Option<MailThread> {
    let mut found = text::links(body).filter_map(|path| request(client, path));
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The request whose page a path is, at the desk or in the portal of `client`.
fn request(client: Option<ClientId>, path: &str) -> Option<MailThread> {
    let path = path.split(['?', '#']).next()?;
    let (client, rest) = match path.strip_prefix("/desk/clients/") {
        Some(desk) => {
            let (client, rest) = desk.split_once('/')?;
            (client.parse().ok()?, rest)
        }
        None => (client?, path.strip_prefix("/portal/")?),
    };
    let number = rest.strip_prefix("requests/")?.split('/').next()?.parse().ok()?;
    Some(MailThread { client, number })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HARBOR: ClientId = ClientId(Uuid::from_u128(7));
    const OTHER: ClientId = ClientId(Uuid::from_u128(8));

    fn twelve(client: ClientId) -> Option<MailThread> {
        Some(MailThread { client, number: 12 })
    }

    #[test]
    fn the_desk_and_the_portal_lead_to_the_same_request() {
        assert_eq!(of(Some(HARBOR), "Answer:\n{link:/portal/requests/12}\n"), twelve(HARBOR));
        assert_eq!(of(Some(HARBOR), "{link:/portal/requests/12/edit?from=mail#question}"), twelve(HARBOR));
        let desk = format!("Read it:\n{{link:/desk/clients/{HARBOR}/requests/12}}\nYours: {{link:/desk}}");
        assert_eq!(of(None, &desk), twelve(HARBOR));
        assert_eq!(of(Some(OTHER), &desk), twelve(HARBOR), "the address says whose request it is");
    }

    #[test]
    fn the_same_number_of_another_client_is_another_request() {
        let body = "{link:/portal/requests/12}";
        assert_ne!(of(Some(HARBOR), body), of(Some(OTHER), body));
        assert_eq!(of(None, body), None, "nobody knows whose it is");
    }

    #[test]
    fn what_leads_to_no_request_or_to_several_stands_alone() {
        for body in [
            "no link",
            "{link:/portal/requests}",
            "{link:/portal/requests/new}",
            "{link:/portal/requests/-1}",
            "{link:/portal/invoices/12}",
            "{link:/desk/clients/nobody/requests/12}",
            "{link:/portal/requests/12} and {link:/portal/requests/13}",
            "{link:/portal/requests/12",
        ] {
            assert_eq!(of(Some(HARBOR), body), None, "{body}");
        }
        let typed = text::plain("see {link:/portal/requests/13}");
        assert_eq!(of(Some(HARBOR), &format!("{typed}\n{{link:/portal/requests/12}}")), twelve(HARBOR));
    }
}
