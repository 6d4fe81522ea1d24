//! `POST /hooks/stripe/{workspace}`: what Stripe says that happened. The signature says that it is Stripe; all that is believed is
//! that something happened to an object, which is read anew.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use app::web::{App, ClientAddr};
use axum::{
    body::to_bytes,
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{ids::WorkspaceId, payments::commands};
use tokio::time::timeout;
use tracing::Instrument;

use super::rate::Pushes;

/// Where it is pushed to.
pub const PATTERN: &str = "/hooks/stripe/{workspace}";

/// Stripe's events stay far below it.
const BODY: usize = 512 * 1024;

/// How long Stripe is kept waiting. What takes longer goes on; Stripe is told to come again, and then it is known already.
const PATIENCE: Duration = Duration::from_secs(8);

static PUSHES: LazyLock<Pushes> = LazyLock::new(Pushes::new);

/// Why a message is not taken.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    NoAccount,
    TooLarge,
    TooMany,
    BadSignature(stripe::webhook::SignatureError),
    NoEvent,
    Away,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, words) = match self {
            Self::NoAccount => (StatusCode::NOT_FOUND, "No Stripe account is connected at this address."),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "This message is larger than an event."),
            Self::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, "Too many messages at once. Send them again later.")
            }
            Self::BadSignature(_) => {
                (StatusCode::BAD_REQUEST, "The signature doesn’t match the webhook’s signing secret.")
            }
            Self::NoEvent => (StatusCode::BAD_REQUEST, "This message isn’t an event of Stripe’s."),
            Self::Away => {
                (StatusCode::SERVICE_UNAVAILABLE, "It can’t be taken right now. Send it again later.")
            }
        };
        (status, words).into_response()
    }
}

pub async fn receive(
    State(app): State<App>,
    workspace: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let workspace = workspace.map(|Path(workspace)| workspace).unwrap_or_default();
    match take(&app, &workspace, request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => {
            if let Refusal::BadSignature(reason) = refusal {
                tracing::warn!(error.message = %reason, "a webhook of Stripe’s was not believed");
            }
            refusal.into_response()
        }
    }
}

async fn take(app: &App, workspace: &str, request: Request) -> Result<(), Refusal> {
    let workspace: WorkspaceId = workspace.parse().map_err(|_| Refusal::NoAccount)?;
    let network = ClientAddr::of(request.extensions()).map(ClientAddr::network).unwrap_or_default();
    if !PUSHES.may(&network) {
        return Err(Refusal::TooMany);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY).await.map_err(|_| Refusal::TooLarge)?;
    let secrets = commands::open_secrets(&app.db, workspace).await.map_err(away)?;
    let secrets = secrets.ok_or(Refusal::NoAccount)?;
    let header = parts.headers.get(stripe::webhook::HEADER).and_then(|value| value.to_str().ok());
    let header = header.unwrap_or_default();
    stripe::webhook::verify(header, &body, &secrets.webhook_secrets, app.db.now())
        .map_err(Refusal::BadSignature)?;
    let event = stripe::parse_event(&body).ok_or(Refusal::NoEvent)?;
    // Whoever connects a webhook may have chosen kinds that nothing here depends on.
    if !stripe::KINDS.contains(&event.kind.as_str()) {
        return Ok(());
    }
    let (db, providers) = (app.db.clone(), Arc::clone(&app.site.providers));
    // In a task of its own: whoever hangs up must not cut it off half done.
    let work = async move { commands::take_fact(&db, workspace, &*providers, &event).await };
    match timeout(PATIENCE, tokio::spawn(work.in_current_span())).await {
        Ok(Ok(Ok(_))) => Ok(()),
        Ok(Ok(Err(error))) => Err(away(error)),
        Ok(Err(_)) | Err(_) => Err(Refusal::Away),
    }
}

/// It comes again, and the job that reads events is behind it.
fn away(error: domain::Error) -> Refusal {
    tracing::error!(error.message = %error, "a webhook of Stripe’s could not be taken");
    Refusal::Away
}
