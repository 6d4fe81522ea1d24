//! Who is behind a socket, and whether they still are.

use std::sync::Arc;

use app::{
    components::person::initials,
    web::{App, Bare, PERSON_KEY, host_name},
};
use axum::http::HeaderMap;
use domain::{
    accounts::{Membership, queries::arrive},
    ids::PersonId,
};
use tower_sessions::{Session, session::Id};
use wire::frames::Viewer;

use crate::sign_in_store::SignInStore;

pub struct Visitor {
    pub app: App,
    pub membership: Option<Membership>,
    host: String,
    sign_in: Option<Id>,
}

impl Visitor {
    pub fn of(app: App, headers: &HeaderMap, bare: Bare) -> Self {
        let host = host_name(headers).unwrap_or_default();
        Self { app, membership: bare.arrival.membership, host, sign_in: bare.session.id() }
    }

    /// Asks anew who is there: signed in, in the same place, in the same role. While the database is away nobody's
    /// access changes.
    pub async fn is_still(&self, known: &Membership) -> bool {
        match self.now(known).await {
            Ok(now) => now.is_some_and(|now| now.is_same_place(known)),
            Err(error) => {
                tracing::warn!(error.message = %error, "a socket's visitor could not be looked at");
                true
            }
        }
    }

    async fn now(
        &self,
        known: &Membership,
    ) -> Result<Option<Membership>, Box<dyn std::error::Error + Send + Sync>> {
        let store = Arc::new(SignInStore(self.app.db.clone()));
        let person = Session::new(self.sign_in, store, None).get::<PersonId>(PERSON_KEY).await?;
        if person != Some(known.person) {
            return Ok(None);
        }
        let arrival = arrive(&self.app.db, &self.host, person, Some(known.membership)).await?;
        Ok(arrival.membership)
    }
}

/// As others see them.
pub fn viewer(membership: &Membership) -> Viewer {
    let kind = if membership.client.is_some() { "person" } else { "operator" };
    Viewer { name: membership.name.clone(), initials: initials(&membership.name), kind: kind.to_owned() }
}
