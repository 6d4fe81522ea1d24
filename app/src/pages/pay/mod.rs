//! The page to pay on: one invoice, for whoever holds its link. Opening it changes nothing, also for a scanner of mail; what
//! charges is a form.

mod ask;
pub(crate) mod bank;
mod decline;
mod done;
mod plan;
mod sheet;
mod state;
mod submit;
mod view;
mod ways;

pub use ask::create as ask;
pub use done::show as done;
pub use sheet::{pdf, show as sheet};
pub use submit::submit;

use axum::response::Response;
use domain::{
    Error, Scope,
    ids::InvoiceId,
    payments::{PayToken, PayView, PaymentUrls, queries},
};

use crate::web::{Cx, Form, Path, Problem};

/// What a link opens: one invoice, as whoever holds the link may act on it.
pub(in crate::pages) struct Opened {
    token: String,
    scope: Scope,
    invoice: InvoiceId,
}

impl Opened {
    /// The page of the link.
    fn path(&self) -> String {
        format!("/pay/{}", self.token)
    }

    /// Where a page of the provider's leads back to.
    fn urls(&self, cx: &Cx) -> PaymentUrls {
        let base = cx.bare.app.site.base();
        PaymentUrls {
            done_url: format!("{base}{}/done?checkout={{reference}}", self.path()),
            back_url: format!("{base}{}", self.path()),
        }
    }

    async fn view(&self, cx: &Cx) -> Result<PayView, Problem> {
        Ok(queries::pay_view(cx.db(), &self.scope, self.invoice).await?)
    }
}

/// What the link of that token opens. One that opens nothing counts against whoever tries it.
async fn open(cx: &Cx, token: String) -> Result<Opened, Problem> {
    let link: PayToken = token.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
    let found = queries::open_link_from(cx.db(), cx.workspace.id, &link, cx.bare.origin()).await;
    let (scope, invoice) = found.map_err(gone)?;
    Ok(Opened { token, scope, invoice })
}

fn gone(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::words(
            http::StatusCode::NOT_FOUND,
            "This payment link doesn’t work anymore",
            "Nothing was charged. Use the link in our latest email about the invoice, or reply to that email and we’ll send a new one.",
        ),
        other => other.into(),
    }
}

pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let pay = opened.view(&cx).await?;
    Ok(view::page(&cx, &opened, &pay, &Form::default()))
}
