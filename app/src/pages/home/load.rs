//! What the home shows, read once.

use domain::{
    approvals::{self, Approval},
    requests::{Home, Outlook, UnseenRequest, queries},
};

use crate::{
    components::time::Times,
    web::{FormToken, Member, Problem},
};

/// Everything on the page.
pub struct HomeView {
    pub home: Home,
    /// What we wrote and nobody there has looked at.
    pub unseen: Vec<UnseenRequest>,
    /// Open questions that this client may answer.
    pub approvals: Vec<Approval>,
    pub outlook: Outlook,
    pub times: Times,
    pub token: FormToken,
    /// May ask, answer and approve.
    pub may_work: bool,
    pub may_bill: bool,
}

impl HomeView {
    /// Reads it. The place on the client's stream is taken first, so that nothing between it and the rows is missed.
    pub async fn load(member: &Member) -> Result<Self, Problem> {
        let Member { cx, scope, .. } = member;
        Ok(Self {
            outlook: queries::outlook(cx.db(), scope).await?,
            home: queries::home(cx.db(), scope).await?,
            unseen: queries::unseen(cx.db(), scope).await?,
            approvals: approvals::queries::list_open(cx.db(), scope).await?,
            times: Times::of(cx),
            token: cx.bare.token.clone(),
            may_work: member.membership.role.may_work(),
            may_bill: member.membership.role.may_bill(),
        })
    }

    /// Nothing was ever asked.
    pub fn is_new(&self) -> bool {
        if !self.unseen.is_empty() {
            return false;
        }
        let Home { working, waiting_on_me, next, backlog, done_recently, .. } = &self.home;
        working.is_empty()
            && waiting_on_me.is_empty()
            && next.is_empty()
            && *backlog == 0
            && done_recently.is_empty()
    }
}
