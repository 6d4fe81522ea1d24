use crate::{
    Actor, Role, Scope,
    ids::{ClientId, InvitationId, MembershipId, PersonId, WorkspaceId},
    workspaces::Workspace,
};

/// A person's place: where they may act and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub membership: MembershipId,
    pub workspace: WorkspaceId,
    /// The client and its name; none for an operator.
    pub client: Option<(ClientId, String)>,
    pub role: Role,
    /// IANA name of the time zone that the person reads times in; none where nobody has said it yet.
    pub zone: Option<String>,
    /// The person chose that zone, so that a browser's word does not change it.
    pub zone_chosen: bool,
}

impl Membership {
    /// Whether it is the same person in the same place and role. Another name, address or time zone gives and takes nothing.
    pub fn is_same_place(&self, other: &Self) -> bool {
        let place = |of: &Self| {
            (of.person, of.membership, of.workspace, of.client.as_ref().map(|(id, _)| *id), of.role)
        };
        place(self) == place(other)
    }

    /// What this person may see and do here.
    pub fn scope(&self) -> Scope {
        Scope {
            workspace: self.workspace,
            client: self.client.as_ref().map(|(id, _)| *id),
            actor: Actor::Person {
                id: self.person,
                membership: self.membership,
                name: self.name.clone(),
                role: self.role,
            },
        }
    }
}

/// What is known when a browser asks for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserVisit {
    /// `None` before the install is set up.
    pub workspace: Option<Workspace>,
    /// The place in which the person acts now, if signed in and not removed.
    pub membership: Option<Membership>,
    /// Whether the person has other places to change to.
    pub elsewhere: bool,
}

/// Someone with a place here, as the page of people shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub membership: MembershipId,
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// When they came, in milliseconds since 1970, UTC.
    pub since: i64,
}

/// An invitation that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingInvitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    /// Until when its link works, in milliseconds since 1970, UTC.
    pub expires: i64,
    pub expired: bool,
}

/// Who is here and who is asked to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    pub colleagues: Vec<Colleague>,
    /// Only for those who may invite.
    pub invited: Vec<PendingInvitation>,
}

/// A browser in which a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInBrowser {
    /// Names it in a form; of no use to anyone else.
    pub handle: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it signed in, in milliseconds since 1970, UTC.
    pub since: i64,
    /// When it last asked for something, to the hour.
    pub seen: i64,
    /// It is the one that asks.
    pub here: bool,
}
