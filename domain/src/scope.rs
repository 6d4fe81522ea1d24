//! Who acts, and what they may see. The first argument of every domain function.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ClientId, MembershipId, PersonId, WorkspaceId};

/// What a person is in a workspace or with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the workspace.
    Operator,
    /// Everything a client may do: work, people, billing.
    Owner,
    /// Asks for work, follows, answers and approves it.
    Member,
    /// Sees and settles invoices; follows the work without a say in it.
    Billing,
    /// Reads the work of a client that has left, for a while. Nobody is given it: it is what a member is then.
    Reader,
}

impl Role {
    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Owner => "owner",
            Role::Member => "member",
            Role::Billing => "billing",
            Role::Reader => "reader",
        }
    }

    /// The role of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Role::Operator, Role::Owner, Role::Member, Role::Billing].into_iter().find(|r| r.as_str() == word)
    }

    /// What it comes to once the client has left: to read and to download, invoices for those who saw them.
    #[must_use]
    pub fn after_leaving(self) -> Self {
        match self {
            Role::Operator => Role::Operator,
            Role::Owner | Role::Billing => Role::Billing,
            Role::Member | Role::Reader => Role::Reader,
        }
    }

    /// May ask for work, comment, stop, steer, answer and approve.
    pub fn may_work(self) -> bool {
        !matches!(self, Role::Billing | Role::Reader)
    }

    /// May see invoices and pause or end a subscription.
    pub fn may_bill(self) -> bool {
        !matches!(self, Role::Member | Role::Reader)
    }

    /// May invite and remove people.
    pub fn may_manage_people(self) -> bool {
        matches!(self, Role::Operator | Role::Owner)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of a client or an operator.
    Person { id: PersonId, membership: MembershipId, name: String, role: Role },
    /// A digital employee.
    Agent { id: AgentId, name: String },
    /// The server's own work: renewals, expiries, the demo.
    System,
    /// Nobody yet: the storefront and sign-up.
    Visitor,
}

/// The workspace, the client where there is one, and who acts there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub workspace: WorkspaceId,
    /// `None`: the whole workspace.
    pub client: Option<ClientId>,
    pub actor: Actor,
}

impl Scope {
    /// The server's own work in a whole workspace.
    pub fn system(workspace: WorkspaceId) -> Self {
        Self { workspace, client: None, actor: Actor::System }
    }

    /// The server's own work on something of one client's, by the ids of its row.
    pub(crate) fn of_row(workspace: uuid::Uuid, client: uuid::Uuid) -> Self {
        Self::system(WorkspaceId(workspace)).within(ClientId(client))
    }

    /// Someone who has not signed in and sees what is public.
    pub fn visitor(workspace: WorkspaceId) -> Self {
        Self { workspace, client: None, actor: Actor::Visitor }
    }

    /// Sees every client of the workspace.
    pub fn is_wide(&self) -> bool {
        match &self.actor {
            Actor::Person { role, .. } => *role == Role::Operator && self.client.is_none(),
            Actor::System => self.client.is_none(),
            Actor::Agent { .. } | Actor::Visitor => false,
        }
    }

    /// Sees what is internal.
    pub fn is_backstage(&self) -> bool {
        match &self.actor {
            Actor::Person { role, .. } => *role == Role::Operator,
            Actor::Agent { .. } | Actor::System => true,
            Actor::Visitor => false,
        }
    }

    /// The person who acts, where it is one.
    pub fn person(&self) -> Option<PersonId> {
        match self.actor {
            Actor::Person { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The role of the person who acts, where it is one.
    pub fn role(&self) -> Option<Role> {
        match self.actor {
            Actor::Person { role, .. } => Some(role),
            _ => None,
        }
    }

    /// The same place with the server itself at work, backstage included. One that sees it all already stays.
    pub(crate) fn by_the_server(&self) -> Self {
        if self.is_backstage() { self.clone() } else { Self { actor: Actor::System, ..self.clone() } }
    }

    /// The same actor, narrowed to one client (an operator at work on a client's things).
    pub fn within(&self, client: ClientId) -> Self {
        Self { client: Some(client), ..self.clone() }
    }
}

/// Settles that the scope is the workspace's own: an operator's, or the server's work. For everyone else there is nothing
/// here.
pub(crate) fn operators_only(scope: &Scope) -> crate::Result<()> {
    if scope.is_wide() { Ok(()) } else { Err(crate::Error::NotFound) }
}
