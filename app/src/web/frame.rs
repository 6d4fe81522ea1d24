//! What stands around every page: the mark, the ways through it, who is signed in, what was just done.

use domain::{format::zone_name, readable::initials, workspaces::colour::SOFT_PERCENT};
use leptos::prelude::*;

use super::Bare;

/// What stands around a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Public pages, with the storefront's bar.
    Store,
    /// One column: signing in, errors, set-up.
    Narrow,
    /// A bill for whoever holds its link: the mark and what it is, and no way further in.
    Bill,
    /// A client's pages.
    Portal(PortalTab),
    /// The operator's pages.
    Desk(DeskTab),
}

/// Where in the portal a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalTab {
    Home,
    Requests,
    Billing,
    People,
    None,
}

/// Where on the desk a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskTab {
    Today,
    Board,
    Clients,
    Agents,
    Offers,
    Billing,
    None,
}

/// The view with its surroundings: everything inside `<body>`.
pub fn around(bare: &Bare, frame: Frame, (wide, title): (bool, &str), inner: AnyView) -> AnyView {
    let class = match (frame, wide) {
        (Frame::Narrow, _) => "alone",
        (Frame::Bill, _) => "page pay-page",
        (Frame::Store, _) => "store",
        (_, true) => "page page-wide",
        _ => "page",
    };
    let note = bare.note.clone();
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        {(frame != Frame::Narrow).then(|| top(bare, frame, title))}
        <main id="main" class=class tabindex="-1">{(frame == Frame::Narrow).then(|| mark(brand(bare), "/"))} {inner}</main>
        <div class="toasts" role="status">{note.map(|note| view! { <div class="toast"><p>{note}</p></div> })}</div>
        {matches!(frame, Frame::Store).then(|| foot(bare))}
    }
    .into_any()
}

/// The workspace's own accent, as the rules of one `<style>`; it has one for light and one for dark pages, or none.
pub fn accent(light: Option<&str>, dark: Option<&str>) -> Option<String> {
    let hex = |colour: &&str| {
        colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|b| b.is_ascii_hexdigit())
    };
    let (light, dark) = light.filter(hex).zip(dark.filter(hex))?;
    let line = format!("light-dark({light},{dark})");
    Some(format!(":root{{--line:{line};--line-soft:color-mix(in srgb,{line} {SOFT_PERCENT}%,var(--paper))}}"))
}

/// The mark: a line that ends in now.
pub fn mark(name: String, home: &'static str) -> impl IntoView {
    view! {
        <a class="mark" href=home>
            <svg viewBox="0 0 26 10" aria-hidden="true"><path d="M0 5h18" /><circle cx="21" cy="5" r="3.5" /></svg>
            {name}
        </a>
    }
}

fn brand(bare: &Bare) -> String {
    bare.arrival.workspace.as_ref().map_or("Throughline".to_owned(), |workspace| workspace.name.clone())
}

fn top(bare: &Bare, frame: Frame, title: &str) -> impl IntoView + use<> {
    let home = match frame {
        Frame::Portal(_) => "/portal",
        Frame::Desk(_) => "/desk",
        Frame::Store | Frame::Narrow | Frame::Bill => "/",
    };
    // A bill's page says what it is there, and nothing of who may be signed in.
    let end = match frame {
        Frame::Bill => view! { <span>{title.to_owned()}</span> }.into_any(),
        _ => account(bare),
    };
    view! {
        <header class="top">
            {mark(brand(bare), home)}
            {match frame {
                Frame::Store => nav(&STORE, ""),
                Frame::Narrow | Frame::Bill => ().into_any(),
                Frame::Portal(tab) => portal_nav(bare, tab),
                Frame::Desk(tab) => nav(&DESK, desk_path(tab)),
            }}
            <div class="top-end">{end}</div>
        </header>
    }
}

/// A way through the product: address, word, and the picture that stands over the word on a phone.
type NavLink = (&'static str, &'static str, &'static str);

const PEOPLE: &str = "M7.5 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3.5 2.2-5.5 5.5-5.5S13 13.5 13 17M12.5 4.2a3 3 0 010 5.6M15 12c2 .8 3 2.5 3 5";
const BILL: &str = "M4 2.5h12v15l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5zM7 7h6M7 10.5h6";

// Anchors of one page: without pictures they hide on a phone.
const STORE: [NavLink; 2] = [("/#how", "How it works", ""), ("/#offers", "Plans", "")];
const PORTAL: [NavLink; 4] = [
    ("/portal", "Home", "M3 9l7-6 7 6v8h-5v-5H8v5H3z"),
    (
        "/portal/requests",
        "Requests",
        "M5 2v5.5M5 12.5V18M10 5h7M10 10h7M10 15h7M7.5 10a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
    ),
    ("/portal/people", "People", PEOPLE),
    ("/portal/billing", "Billing", BILL),
];
const DESK: [NavLink; 6] = [
    ("/desk", "Today", "M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0zM10 5.5V10l3 2"),
    ("/desk/board", "Board", "M2.5 3.5h4v13h-4zM8 3.5h4v8H8zM13.5 3.5h4v10.5h-4z"),
    ("/desk/clients", "Clients", PEOPLE),
    (
        "/desk/agents",
        "Agents",
        "M1.5 10h3M15.5 10h3M15.5 10a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0zM11.5 10a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z",
    ),
    ("/desk/offers", "Offers", "M3 3h7l7.5 7.5-7 7L3 10z"),
    ("/desk/billing", "Billing", BILL),
];

fn portal_nav(bare: &Bare, tab: PortalTab) -> AnyView {
    let role = bare.arrival.membership.as_ref().map(|membership| membership.role);
    let ways: Vec<NavLink> = PORTAL
        .into_iter()
        .filter(|(path, _, _)| *path != "/portal/billing" || role.is_some_and(|role| role.may_bill()))
        .collect();
    nav(&ways, portal_path(tab))
}

fn portal_path(tab: PortalTab) -> &'static str {
    match tab {
        PortalTab::Home => "/portal",
        PortalTab::Requests => "/portal/requests",
        PortalTab::People => "/portal/people",
        PortalTab::Billing => "/portal/billing",
        PortalTab::None => "",
    }
}

fn desk_path(tab: DeskTab) -> &'static str {
    match tab {
        DeskTab::Today => "/desk",
        DeskTab::Board => "/desk/board",
        DeskTab::Clients => "/desk/clients",
        DeskTab::Agents => "/desk/agents",
        DeskTab::Offers => "/desk/offers",
        DeskTab::Billing => "/desk/billing",
        DeskTab::None => "",
    }
}

fn nav(ways: &[NavLink], here: &str) -> AnyView {
    let ways: Vec<_> = ways
        .iter()
        .map(|(path, word, picture)| {
            view! {
                <a href=*path aria-current=(*path == here).then_some("page")>
                    {(!picture.is_empty()).then(|| view! { <svg viewBox="0 0 20 20" aria-hidden="true"><path d=*picture /></svg> })}
                    {*word}
                </a>
            }
        })
        .collect();
    view! { <nav class="top-nav" aria-label="Main">{ways}</nav> }.into_any()
}

fn account(bare: &Bare) -> AnyView {
    let Some(membership) = bare.arrival.membership.clone() else {
        return view! { <a href="/sign-in">"Sign in"</a> }.into_any();
    };
    let client = membership.client.map(|(_, name)| name);
    let elsewhere = bare.arrival.elsewhere;
    let is_operator = client.is_none();
    view! {
        {client.map(|name| view! { <span class="top-client" dir="auto">{name}</span> })}
        <details class="menu account" name="menu">
            <summary>
                <span class="avatar person" aria-hidden="true">{initials(&membership.name)}</span>
                <span class="visually-hidden">{format!("{}, account", membership.name)}</span>
            </summary>
            <div class="menu-list">
                <p><bdi>{membership.name.clone()}</bdi>", "{domain::accounts::display_email(&membership.email)}</p>
                <p class="soft">{format!("Times shown in {}", zone_name(bare.zone()))}</p>
                <a href="/account">"My account"</a>
                {is_operator.then(|| view! { <a href="/desk/people">"People"</a> <a href="/desk/tokens">"API tokens"</a> <a href="/desk/webhooks">"Webhooks"</a> <a href="/desk/settings">"Settings"</a> })}
                {elsewhere.then(|| view! { <a href="/account/workspaces">"Switch workspace"</a> })}
                <hr />
                <form method="post" action="/sign-out">
                    <input type="hidden" name="form_token" value=bare.token.0.clone() />
                    <button>"Sign out"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn foot(bare: &Bare) -> impl IntoView + use<> {
    view! {
        <footer class="foot">
            <span>{brand(bare)}</span>
            <a href="/terms">"Terms"</a>
            <a href="/sign-in">"Sign in"</a>
        </footer>
    }
}
