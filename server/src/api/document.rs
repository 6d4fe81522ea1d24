//! `/v1/openapi.json`: the API as a program reads it, made from the routes' own types.

use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self, ContentBuilder, Ref, RefOr, ResponseBuilder,
        path::{Operation, PathItem},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{Problem, clients, requests, runs};

/// The whole of it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Throughline",
        description = "For agents that claim their own work and for programs that manage the desk. Every call needs an \
                       API token: `Authorization: Bearer tl_…`. Times are Unix milliseconds (UTC). Errors are RFC 9457 \
                       problems with a sentence that says what to do.",
        version = "1",
    ),
    paths(
        runs::claim::claim,
        runs::show::show,
        runs::heartbeat::heartbeat,
        runs::events::append,
        runs::signals::signals,
        runs::steers::settle,
        runs::questions::ask,
        runs::deliverables::deliver,
        runs::usage::spend,
        runs::files::file,
        runs::sub_runs::delegate,
        runs::end::end,
        clients::list,
        requests::list::list,
        requests::show::show,
        requests::create::create,
        requests::delete::delete,
    ),
    components(schemas(Problem)),
    tags(
        (name = "Runs", description = "For an agent’s own token: claim a run, do it, end it."),
        (name = "Desk", description = "For an operator’s token, with the permissions it was created with."),
    ),
    modifiers(&Tokens, &Refusals),
)]
struct Document;

/// `GET /v1/openapi.json`
pub(crate) async fn show() -> Json<openapi::OpenApi> {
    Json(document())
}

/// The API as data.
#[must_use]
pub fn document() -> openapi::OpenApi {
    Document::openapi()
}

/// Every call needs a token.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, api: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = api.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        api.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
}

/// What every call may be refused with.
struct Refusals;

const REFUSALS: [(&str, &str); 11] = [
    ("400", "The request couldn’t be parsed"),
    ("401", "Missing or invalid token"),
    ("403", "The token is valid but doesn’t allow this"),
    ("404", "Not found with this token"),
    ("405", "This URL doesn’t support that method"),
    ("409", "A rule doesn’t allow it, or the attempt no longer owns the run"),
    ("413", "Too large"),
    ("415", "The body isn’t JSON"),
    ("422", "The request is invalid"),
    ("429", "Too many requests. Try again after Retry-After seconds"),
    ("503", "Part of the service is restarting. Try again in a moment"),
];

impl Modify for Refusals {
    fn modify(&self, api: &mut openapi::OpenApi) {
        for operation in api.paths.paths.values_mut().flat_map(operations) {
            for (status, words) in REFUSALS {
                let schema = Ref::from_schema_name("Problem");
                let content = ContentBuilder::new().schema(Some(schema)).build();
                let refusal =
                    ResponseBuilder::new().description(words).content("application/problem+json", content);
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(refusal.build()));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}
