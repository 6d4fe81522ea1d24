//! What the board's address asks for, and what the board shows.

use domain::{
    desk::{self, Board},
    ids::ClientId,
};
use serde::Deserialize;

use super::HERE;
use crate::{
    components::{search::address, time::Times},
    web::{FormToken, Operator, Problem},
};

/// What the address asks for.
#[derive(Deserialize, Default)]
pub struct BoardQuery {
    /// One client's cards alone.
    #[serde(default)]
    pub client: String,
    /// Which clients are offered as a filter, where they are many.
    #[serde(default)]
    pub q: String,
}

impl BoardQuery {
    pub fn one(&self) -> Option<ClientId> {
        self.client.parse().ok()
    }
}

/// Everything on the page.
pub(super) struct BoardView {
    pub board: Board,
    pub client: Option<ClientId>,
    pub times: Times,
    pub token: FormToken,
}

impl BoardView {
    pub async fn load(operator: &Operator, wanted: &BoardQuery) -> Result<Self, Problem> {
        let Operator { cx, scope, .. } = operator;
        let client = wanted.one();
        let board = desk::queries::board(cx.db(), scope, client).await?;
        Ok(Self { board, client, times: Times::of(cx), token: cx.bare.token.clone() })
    }
}

/// Where a form of the board leads back to.
pub(super) fn back(client: Option<ClientId>) -> String {
    let client = client.map(|client| client.to_string()).unwrap_or_default();
    address(HERE, &[("client", &client)])
}
