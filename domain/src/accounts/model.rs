use crate::{
    Actor, Role, Scope,
    ids::{ClientId, MembershipId, PersonId, WorkspaceId},
    workspaces::Workspace,
};

/// A person's place: where they may act and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub membership: MembershipId,
    pub workspace: WorkspaceId,
    /// The client and its name; none for an operator.
    pub client: Option<(ClientId, String)>,
    pub role: Role,
}

impl Standing {
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
pub struct Arrival {
    /// `None` before the install is set up.
    pub workspace: Option<Workspace>,
    /// The place in which the person acts now, if signed in and not removed.
    pub standing: Option<Standing>,
    /// Whether the person has other places to change to.
    pub elsewhere: bool,
}
