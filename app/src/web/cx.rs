//! Who asks. Extractors, so that a handler cannot forget: [`Member`] and [`Operator`] are proofs of who was let in.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use chrono_tz::Tz;
use domain::{
    Db, Scope,
    accounts::{BrowserVisit, Membership, commands::profile, devices::Source, queries::arrive},
    calendar,
    format::Format,
    ids::{ClientId, MembershipId, PersonId},
    workspaces::Workspace,
};
use tower_sessions::Session;
use url::{Position, Url};

use super::{
    App, ClientAddr, FormToken, Nonce, Problem,
    csrf::{DeviceCookie, cookie},
    dress, host_name, named, zone,
};

/// The signed-in person, in the sign-in's data.
pub const PERSON_KEY: &str = "person";
/// The membership that the person acts in now.
pub const MEMBERSHIP_KEY: &str = "membership";
/// What the browser called itself when it signed in.
pub const AGENT_KEY: &str = "agent";
/// The hour in which the browser was last seen.
const SEEN_KEY: &str = "seen";

/// What every page knows about the request that it answers.
#[derive(Clone)]
pub struct Bare {
    pub app: App,
    pub nonce: Nonce,
    pub token: FormToken,
    /// Path and query.
    pub path: String,
    /// The sentence left by the page before (`redirect_with`).
    pub note: Option<String>,
    pub session: Session,
    /// The caller is a script of the page and wants JSON.
    pub wants_json: bool,
    pub arrival: BrowserVisit,
    /// Only this machine can reach the portal, and the request comes from it: development aids may show.
    pub is_local: bool,
    /// The first part of the browser's name, for "where you are signed in".
    pub agent: String,
    /// The time zone that the browser says it is in.
    pub browser_zone: Option<Tz>,
    /// The address that the request comes from, as the audit log keeps it; empty where it is not known.
    pub address: String,
    /// The network that the address belongs to ([`ClientAddr::network`]), by which limits count.
    pub network: String,
    /// Who has signed in from this browser before.
    pub device: DeviceCookie,
}

/// A page of a workspace, asked for by anyone.
#[derive(Clone)]
pub struct Cx {
    pub bare: Bare,
    pub workspace: Workspace,
}

/// Asked for by a member of a client.
pub struct Member {
    pub cx: Cx,
    pub membership: Membership,
    pub scope: Scope,
    pub client: ClientId,
    pub client_name: String,
}

/// Asked for by anyone who has a place here: a member or an operator.
pub struct SignedIn {
    pub cx: Cx,
    pub scope: Scope,
}

/// Asked for by an operator of the workspace.
pub struct Operator {
    pub cx: Cx,
    pub membership: Membership,
    pub scope: Scope,
}

impl Bare {
    /// The time zone of who reads the page: the one that they chose, else their browser's, else the workspace's.
    pub fn zone(&self) -> Tz {
        zone::of_reader(self.arrival.membership.as_ref(), self.browser_zone, self.arrival.workspace.as_ref())
    }

    /// How dates, times and numbers are written for who reads the page: as the workspace writes, in the reader's zone.
    pub fn format(&self) -> Format {
        let zone = self.zone();
        match &self.arrival.workspace {
            Some(workspace) => Format { locale: workspace.locale, zone },
            None => Format::of(None, zone),
        }
    }

    /// Whether whoever asks may read the mail that is not sent.
    pub fn has_outbox(&self) -> bool {
        self.is_local && !self.app.site.sends_mail
    }

    /// Where the request comes from, as limits count it.
    pub fn origin(&self) -> Source<'_> {
        Source { network: &self.network, device: self.device.device(&self.app) }
    }

    /// The first value of that name in the query; empty when there is none.
    pub fn query(&self, name: &str) -> String {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }
}

impl Cx {
    pub fn db(&self) -> &Db {
        &self.bare.app.db
    }

    /// How the workspace writes in its own zone, whoever reads: for what is billed.
    pub fn own_format(&self) -> Format {
        let zone = calendar::zone(&self.workspace.zone).unwrap_or(Tz::UTC);
        Format { locale: self.workspace.locale, zone }
    }

    pub fn membership(&self) -> Option<&Membership> {
        self.bare.arrival.membership.as_ref()
    }
}

impl FromRequestParts<App> for Bare {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let missing = || Problem::bug("a middleware is missing in the router");
        let client = ClientAddr::of(&parts.extensions);
        let session = parts.extensions.get::<Session>().cloned().ok_or_else(missing)?;
        let (person, membership) = signed_in(&session).await?;
        if person.is_some() {
            touch(app, &session).await?;
        }
        let arrival =
            arrive(&app.db, &host_name(&parts.headers).unwrap_or_default(), person, membership).await?;
        let browser_zone = zone::of_browser(&parts.headers);
        remember_zone(app, arrival.membership.as_ref(), browser_zone).await?;
        let bare = Self {
            app: app.clone(),
            nonce: parts.extensions.get().cloned().ok_or_else(missing)?,
            token: parts.extensions.get().cloned().ok_or_else(missing)?,
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            note: cookie(&parts.headers, "note").and_then(|value| read_note(&value)),
            wants_json: accepts_json(&parts.headers),
            browser_zone,
            agent: text_header(&parts.headers, header::USER_AGENT).chars().take(200).collect(),
            address: client.map(|client| client.to_string()).unwrap_or_default(),
            network: client.map(ClientAddr::network).unwrap_or_default(),
            is_local: app.site.reach.admits(parts.version, &parts.headers),
            device: parts.extensions.get().cloned().ok_or_else(missing)?,
            session,
            arrival,
        };
        dress::learn(&parts.extensions, &bare);
        Ok(bare)
    }
}

async fn signed_in(session: &Session) -> Result<(Option<PersonId>, Option<MembershipId>), Problem> {
    let person = session.get::<PersonId>(PERSON_KEY).await.map_err(Problem::store)?;
    let membership = session.get::<MembershipId>(MEMBERSHIP_KEY).await.map_err(Problem::store)?;
    Ok((person, membership))
}

/// Writes down, at most once an hour, that a signed-in browser was here: its sign-in then lasts longer.
async fn touch(app: &App, session: &Session) -> Result<(), Problem> {
    let hour = app.db.now().timestamp() / 3600;
    if session.get::<i64>(SEEN_KEY).await.map_err(Problem::store)? != Some(hour) {
        session.insert(SEEN_KEY, hour).await.map_err(Problem::store)?;
    }
    Ok(())
}

/// Keeps what the browser says of its zone for the person's mails; once, as long as it stays there.
async fn remember_zone(
    app: &App,
    membership: Option<&Membership>,
    browser: Option<Tz>,
) -> Result<(), Problem> {
    let (Some(membership), Some(zone)) = (membership, browser) else { return Ok(()) };
    if membership.zone_chosen || membership.zone.as_deref() == Some(zone.name()) {
        return Ok(());
    }
    Ok(profile::remember_zone(&app.db, membership.person, zone).await?)
}

fn text_header(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

pub(super) fn accepts_json(headers: &HeaderMap) -> bool {
    text_header(headers, header::ACCEPT).starts_with("application/json")
}

fn read_note(value: &str) -> Option<String> {
    serde_urlencoded::from_str::<Vec<(String, String)>>(&format!("n={value}"))
        .ok()
        .and_then(|pairs| pairs.into_iter().next())
        .map(|(_, note)| note.chars().take(200).collect())
}

impl FromRequestParts<App> for Cx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let bare = <Bare as FromRequestParts<App>>::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        match bare.arrival.workspace.clone() {
            Some(workspace) => Ok(Self { bare, workspace }),
            None => Err(Redirect::to("/setup").into_response()),
        }
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let cx = Cx::from_request_parts(parts, app).await?;
        let membership = cx.membership().cloned().ok_or_else(|| to_sign_in(&cx.bare, parts))?;
        match membership.client.clone() {
            Some((client, client_name)) => {
                Ok(Self { scope: membership.scope(), cx, membership, client, client_name })
            }
            None => Err(Problem::not_found().into_response()),
        }
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let cx = Cx::from_request_parts(parts, app).await?;
        let scope = cx.membership().map(Membership::scope).ok_or_else(|| to_sign_in(&cx.bare, parts))?;
        Ok(Self { cx, scope })
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let cx = Cx::from_request_parts(parts, app).await?;
        let membership = cx.membership().cloned().ok_or_else(|| to_sign_in(&cx.bare, parts))?;
        if membership.client.is_some() {
            return Err(Problem::not_found().into_response());
        }
        Ok(Self { scope: membership.scope(), cx, membership })
    }
}

/// Whoever is not signed in is asked to, and then led back; a script is told.
fn to_sign_in(bare: &Bare, parts: &Parts) -> Response {
    if bare.wants_json {
        return Problem::words(
            http::StatusCode::UNAUTHORIZED,
            "You’re signed out",
            "Sign in again to continue.",
        )
        .into_response();
    }
    let query = serde_urlencoded::to_string([("next", page_of(parts))]).unwrap_or_default();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

/// The page that somebody was on: what they asked for or, where they sent a form, the page that it stood on. What a form
/// is sent to shows nothing when it is asked for.
pub(super) fn page_of(parts: &Parts) -> String {
    if parts.method.is_safe() {
        return parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    }
    let from = Url::parse(text_header(&parts.headers, header::REFERER)).ok();
    let host = host_name(&parts.headers);
    let ours = from.filter(|from| host.is_some() && from.host_str().and_then(named) == host);
    ours.map(|from| from[Position::BeforePath..Position::AfterQuery].to_owned()).unwrap_or_default()
}
