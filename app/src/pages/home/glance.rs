//! What the home shows, read once.

use domain::{
    approvals::{self, Approval},
    requests::{Home, queries},
};

use crate::{
    components::time::Times,
    web::{FormToken, Member, Problem},
};

use super::super::requests::standing::Standing;
use super::super::requests::follow::{Follow, follow};

/// Everything on the page.
pub struct Glance {
    pub home: Home,
    /// Open questions that this client may answer.
    pub approvals: Vec<Approval>,
    pub standing: Standing,
    pub times: Times,
    pub token: FormToken,
    pub follow: Follow,
    /// May ask, answer and approve.
    pub may_work: bool,
    pub may_bill: bool,
}

impl Glance {
    /// Reads it. The place on the client's stream is taken first, so that nothing between it and the rows is missed.
    pub async fn load(member: &Member) -> Result<Self, Problem> {
        let Member { cx, scope, client, .. } = member;
        let of = |error| Problem::from(error).of(&cx.bare);
        let follow = follow(cx.db(), scope, *client).await.map_err(of)?;
        let home = queries::home(cx.db(), scope).await.map_err(of)?;
        let approvals = approvals::queries::open(cx.db(), scope).await.map_err(of)?;
        let standing = Standing::load(member).await?;
        Ok(Self {
            home,
            approvals,
            standing,
            times: Times::of(cx),
            token: cx.bare.token.clone(),
            follow,
            may_work: member.standing.role.may_work(),
            may_bill: member.standing.role.may_bill(),
        })
    }

    /// Nothing was ever asked.
    pub fn is_new(&self) -> bool {
        let Home { working, waiting_on_me, next, backlog, done_recently, .. } = &self.home;
        working.is_empty() && waiting_on_me.is_empty() && next.is_empty() && *backlog == 0 && done_recently.is_empty()
    }
}
