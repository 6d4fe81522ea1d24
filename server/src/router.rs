//! Every address of the product, grouped by who asks. What stands around them is in [`middleware`].

mod middleware;

use app::{
    pages::{self, files::upload::FORM_LIMIT},
    web::App,
};
use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};

pub use middleware::routes;

use crate::{
    api, assets, hooks, live, mcp,
    protocols::{Auth, ag_ui, ai_sdk, snapshot},
    routes::Routes,
};

/// The pattern of every address that [`routes`] answers.
pub fn patterns() -> Vec<String> {
    let mut patterns = pages().merge(beside()).merge(hooks()).into_patterns();
    patterns.extend(sessions().into_patterns());
    patterns.extend(api::patterns());
    patterns.extend([mcp::PATTERN, sessions_http::PATTERN, snapshot::PATTERN].map(str::to_owned));
    patterns
}

/// What knows who asks.
fn pages() -> Routes<App> {
    public()
        .merge(portal())
        .merge(desk())
        .route("/live", get(live::open))
        .route("/live/events", get(live::events::open))
}

/// What is the same for everyone.
fn beside() -> Routes<App> {
    Routes::new()
        .route("/assets/{*file}", get(assets::serve))
        .route("/v1/openapi.json", get(api::openapi).fallback(api::no_method))
}

/// What other services push: each signs what it says.
fn hooks() -> Routes<App> {
    Routes::new().route(hooks::stripe::PATTERN, post(hooks::stripe::receive).fallback(hooks::no_method))
}

/// A request's session, for programs in a person's browser.
fn sessions() -> Routes<Auth> {
    ai_sdk::routes().merge(ag_ui::routes())
}

/// For anyone, or for everyone who is signed in.
fn public() -> Routes<App> {
    use pages::{account, account::mine, outbox, signup, storefront};
    Routes::new()
        .route("/", get(storefront::show))
        .route("/terms", get(storefront::terms))
        .route("/signup", get(signup::show).post(signup::submit))
        .route("/signup/welcome", get(signup::welcome))
        .route("/signup/paid", get(signup::paid))
        .route("/sign-in", get(account::sign_in::show).post(account::sign_in::submit))
        .route("/sign-out", post(account::sign_out::submit))
        .route("/reset", get(account::reset::show).post(account::reset::submit))
        .route("/reset/{token}", get(account::reset::link).post(account::reset::set))
        .route("/confirm/{token}", get(account::confirmation::show).post(account::confirmation::submit))
        .route("/invitations/{token}", get(account::invitation::show).post(account::invitation::submit))
        .route("/setup", get(account::setup::show).post(account::setup::submit))
        .route("/account", get(mine::show))
        .route("/account/name", post(mine::rename))
        .route("/account/zone", post(mine::set_zone))
        .route("/account/password", post(mine::change_password))
        .route("/account/sign-ins", post(mine::revoke))
        .route("/account/confirmation", post(account::confirmation::resend))
        .route("/account/workspaces", get(account::workspaces::show).post(account::workspaces::submit))
        .route("/account/places", get(account::workspaces::moved))
        .route("/pay/{token}", get(pages::pay::show).post(pages::pay::submit))
        .route("/pay/{token}/done", get(pages::pay::done))
        .route("/pay/{token}/invoice", get(pages::pay::sheet))
        .route("/pay/{token}/invoice/pdf", get(pages::pay::pdf))
        .route("/pay/{token}/questions", post(pages::pay::ask))
        .route("/files/{file}", get(pages::files::download::show))
        .route("/docs/api", get(pages::docs::show))
        .route("/dev/outbox", get(outbox::show))
}

/// For a client's members.
fn portal() -> Routes<App> {
    use pages::{
        home,
        requests::{edit, list, new, place, preview, queue, withdrawal},
    };
    people(request(Routes::new(), "/portal/requests/{number}"), "/portal/people")
        .route("/portal", get(home::show))
        .route("/portal/home-parts", get(home::parts))
        .route("/portal/requests", get(list::show).post(new::create).layer(DefaultBodyLimit::max(FORM_LIMIT)))
        .route("/portal/requests/list-parts", get(list::parts))
        .route("/portal/requests/new", get(new::show))
        .route("/portal/requests/queue", get(queue::show))
        .route("/portal/requests/queue-parts", get(queue::parts))
        .route("/portal/requests/{number}/edit", get(edit::show).post(edit::save))
        .route("/portal/requests/{number}/place", post(place::put))
        .route("/portal/requests/{number}/withdrawal", post(withdrawal::create))
        .route("/portal/markdown", post(preview::markdown))
        .route("/portal/files", post(preview::file).layer(DefaultBodyLimit::max(FORM_LIMIT)))
        .merge(my_billing())
        .merge(data(Routes::new(), "/portal/data"))
}

/// Everything of a client's, to download: the same for its owner and for an operator.
fn data(routes: Routes<App>, base: &str) -> Routes<App> {
    use pages::data::{download, parts, show, start};
    routes
        .route(base, get(show).post(start))
        .route(&format!("{base}-parts"), get(parts))
        .route(&format!("{base}/{{export}}/download"), get(download))
}

/// What a client holds and is billed.
fn my_billing() -> Routes<App> {
    use pages::billing::{
        card, change, credit, details, mine, my_invoice, offer, payments, subscription_state,
    };
    Routes::new()
        .route("/portal/billing", get(mine::show))
        .route("/portal/billing/subscription", post(subscription_state::update_mine))
        .route("/portal/billing/offer", post(offer::choose_mine))
        .route("/portal/billing/change", get(change::show_mine).post(change::change_mine))
        .route("/portal/billing/details", get(details::edit).post(details::save))
        .route("/portal/billing/credits/{number}", get(credit::show_mine))
        .route("/portal/billing/credits/{number}/pdf", get(pages::papers::my_credit_note))
        .route("/portal/billing/card", post(card::change))
        .route("/portal/billing/card/done", get(card::done))
        .route("/portal/billing/card/removal", post(card::remove))
        .route("/portal/billing/years/{year}", get(pages::books::my_statement))
        .route("/portal/billing/years/{year}/pdf", get(pages::papers::my_statement))
        .route("/portal/billing/{number}", get(my_invoice::show))
        .route("/portal/billing/{number}/pdf", get(pages::papers::my_invoice))
        .route("/portal/billing/{number}/receipt", get(pages::papers::my_receipt))
        .route("/portal/billing/{number}/payment", post(payments::pay_mine))
}

/// For operators.
fn desk() -> Routes<App> {
    let routes = request(Routes::new(), "/desk/clients/{client}/requests/{number}");
    let routes = data(routes, "/desk/clients/{client}/data");
    people(people(routes, "/desk/people"), "/desk/clients/{client}/people")
        .route("/desk/clients/{client}/requests/{number}/notes", post(pages::request::notes::create))
        .merge(desk_pages())
        .route("/desk/settings", get(pages::settings::show).post(pages::settings::update))
        .route("/desk/settings/tax", get(pages::settings::tax::show).post(pages::settings::tax::save))
        .route("/desk/settings/tax/rates", post(pages::settings::tax::add))
        .route(
            "/desk/settings/tax/rates/{rate}",
            get(pages::settings::tax::edit).post(pages::settings::tax::change),
        )
        .merge(programs())
        .merge(payments())
        .merge(offers())
        .merge(billing())
        .merge(costs())
}

/// What the operator looks at all day.
fn desk_pages() -> Routes<App> {
    use pages::{agents, audit, board, clients, proposals, search, today};
    Routes::new()
        .route("/desk/clients/{client}/requests/{number}/place", post(board::place))
        .route("/desk", get(today::show))
        .route("/desk/today-parts", get(today::parts))
        .route("/desk/proposals/{proposal}", post(proposals::decide))
        .route("/desk/audit", get(audit::show))
        .route("/desk/board", get(board::show))
        .route("/desk/board-parts", get(board::parts))
        .route("/desk/requests", get(search::show))
        .route("/desk/clients", get(clients::list).post(clients::create))
        .route("/desk/clients/new", get(clients::new))
        .route("/desk/clients/{client}", get(clients::show))
        .route("/desk/clients/{client}/details", get(clients::edit).post(clients::save))
        .route("/desk/clients/{client}/requests/new", get(clients::asking).post(clients::ask))
        .route("/desk/clients/{client}/tax-check", post(clients::check_tax))
        .route("/desk/clients/{client}/archive", post(clients::archive))
        .route("/desk/clients/{client}/erasure", get(clients::erasing).post(clients::erase))
        .route("/desk/clients/{client}/erasure/cancellation", post(clients::keep))
        .route("/desk/agents", get(agents::show).post(agents::create))
        .route("/desk/agents-parts", get(agents::parts))
        .route("/desk/agents/new", get(agents::new))
        .route("/desk/agents/{agent}", get(agents::edit).post(agents::save))
        .route("/desk/agents/{agent}/rest", post(agents::rest))
}

/// How money comes in.
fn payments() -> Routes<App> {
    use pages::payments::{bank, check, connect, disconnect, plan, secret, show};
    Routes::new()
        .route("/desk/payments", get(show).post(connect))
        .route("/desk/payments/check", post(check))
        .route("/desk/payments/secret", post(secret))
        .route("/desk/payments/removal", post(disconnect))
        .route("/desk/payments/plan", get(plan::show).post(plan::save))
        .route("/desk/payments/bank", post(bank))
}

/// What programs are let in with, and told.
fn programs() -> Routes<App> {
    use pages::{tokens, webhooks};
    Routes::new()
        .route("/desk/tokens", get(tokens::show).post(tokens::create))
        .route("/desk/tokens/new", get(tokens::new))
        .route("/desk/tokens/{token_id}/revocation", post(tokens::revoke))
        .route("/desk/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/desk/webhooks/new", get(webhooks::new))
        .route("/desk/webhooks/{webhook}", get(webhooks::show).post(webhooks::save))
        .route("/desk/webhooks/{webhook}/secret", post(webhooks::rotate))
        .route("/desk/webhooks/{webhook}/deliveries", post(webhooks::again))
        .route("/desk/webhooks/{webhook}/removal", post(webhooks::remove))
}

/// What the operator sells.
fn offers() -> Routes<App> {
    use pages::offers::{codes, copies, edit, list, new, place, state};
    Routes::new()
        .route("/desk/offers", get(list::show).post(new::create))
        .route("/desk/codes", get(codes::show).post(codes::create))
        .route("/desk/codes/end", post(codes::end))
        .route("/desk/offers/new", get(new::show))
        .route("/desk/offers/{offer}", get(edit::show).post(edit::update))
        .route("/desk/offers/{offer}/state", post(state::update))
        .route("/desk/offers/{offer}/place", post(place::update))
        .route("/desk/offers/{offer}/copies", post(copies::create))
}

/// What clients hold and are billed.
fn billing() -> Routes<App> {
    use pages::billing::{
        balance, change, client_terms, credit, draft, invoice, invoice_state, offer, overview, payments,
        subscription_state,
    };
    Routes::new()
        .route("/desk/billing", get(overview::show))
        .route("/desk/billing/subscriptions/{subscription}/state", post(subscription_state::update))
        .route("/desk/clients/{client}/offer", post(offer::choose))
        .route("/desk/clients/{client}/balance", post(balance::adjust))
        .route("/desk/clients/{client}/change", get(change::show).post(change::change_for))
        .route("/desk/billing/subscriptions/{subscription}/discount", post(client_terms::apply_code))
        .route("/desk/billing/subscriptions/{subscription}/price", post(client_terms::set_price))
        .route("/desk/billing/credits/{credit}", get(credit::show))
        .route("/desk/billing/credits/{credit}/pdf", get(pages::papers::credit_note))
        .route("/desk/billing/credits/{credit}/state", post(credit::update))
        .route("/desk/billing/invoices", post(draft::create))
        .route("/desk/billing/invoices/new", get(draft::new))
        .route("/desk/billing/invoices/{invoice}", get(invoice::show))
        .route("/desk/billing/invoices/{invoice}/pdf", get(pages::papers::invoice))
        .route("/desk/billing/invoices/{invoice}/receipt", get(pages::papers::receipt))
        .route("/desk/billing/invoices/{invoice}/draft", get(draft::show).post(draft::update))
        .route("/desk/billing/invoices/{invoice}/state", post(invoice_state::update))
        .route("/desk/billing/invoices/{invoice}/payments", post(payments::note))
        .route("/desk/billing/invoices/{invoice}/links", post(payments::create_link))
        .route("/desk/billing/invoices/{invoice}/links/revocation", post(payments::revoke_links))
        .route("/desk/billing/payments/{payment}/refunds", post(payments::refund))
}

/// What the work costs.
fn costs() -> Routes<App> {
    use pages::costs;
    Routes::new()
        .route("/desk/books", get(pages::books::show))
        .route("/desk/books/growth", get(pages::books::growth))
        .route("/desk/books/{month}/{book}", get(pages::books::download))
        .route("/desk/clients/{client}/years/{year}", get(pages::books::statement))
        .route("/desk/clients/{client}/years/{year}/pdf", get(pages::papers::statement))
        .route("/desk/costs", get(costs::show))
        .route("/desk/costs/limits", post(costs::limit))
        .route("/desk/costs/rate", post(costs::rate))
        .route("/desk/costs/prices", get(costs::prices).post(costs::save_price))
        .route("/desk/costs/prices/removal", post(costs::remove_price))
}

/// One request, the same for both.
fn request(routes: Routes<App>, base: &str) -> Routes<App> {
    use pages::request::{
        approval, comments, deletion, deliverables, files, now, retry, review, seen, show, steer, stop,
    };
    let under = |rest: &str| format!("{base}/{rest}");
    routes
        .route(base, get(show::show))
        .route(&under("now"), get(now::show))
        .route(&under("comments"), post(comments::create))
        .route(&under("entries/{entry}/deletion"), post(deletion::create))
        .route(&under("steer"), post(steer::create))
        .route(&under("stop"), post(stop::create))
        .route(&under("retry"), post(retry::create))
        .route(&under("approval/{approval}"), post(approval::create))
        .route(&under("review"), post(review::create))
        .route(&under("seen"), post(seen::create))
        .route(&under("deliverables/{deliverable}"), get(deliverables::show))
        .route(&under("files"), post(files::create).layer(DefaultBodyLimit::max(FORM_LIMIT)))
}

/// The people of a client or of the desk, the same for all who look.
fn people(routes: Routes<App>, base: &str) -> Routes<App> {
    use pages::people::{invite, remove, resend, revoke, set_role, show};
    let under = |rest: &str| format!("{base}/{rest}");
    routes
        .route(base, get(show))
        .route(&under("invitations"), post(invite))
        .route(&under("invitations/{id}/mail"), post(resend))
        .route(&under("invitations/{id}/revocation"), post(revoke))
        .route(&under("{id}/role"), post(set_role))
        .route(&under("{id}/removal"), post(remove))
}
