//! What stands around every page: the mark, the ways through it, who is signed in, what was just done.

use leptos::prelude::*;

use crate::web::{Bare, DeskTab, Frame, PortalTab};

/// The view with its surroundings: everything inside `<body>`.
pub fn around(bare: &Bare, frame: Frame, wide: bool, inner: AnyView) -> AnyView {
    let class = match (frame, wide) {
        (Frame::Narrow, _) => "page page-narrow",
        (Frame::Store, _) => "store",
        (_, true) => "page page-wide",
        _ => "page",
    };
    let note = bare.note.clone();
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        {top(bare, frame)}
        <main id="main" class=class tabindex="-1">{inner}</main>
        {note.map(|note| view! { <div class="toast" role="status">{note}</div> })}
        {matches!(frame, Frame::Store).then(|| foot(bare))}
    }
    .into_any()
}

/// The workspace's own accent, as the rules of one `<style>`.
pub fn accent(light: Option<&str>, dark: Option<&str>) -> Option<String> {
    let rule = |colour: &str| {
        let hex = colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| format!(":root{{--line:{colour};--line-soft:color-mix(in srgb,{colour} 18%,var(--paper))}}"))
    };
    let light = light.and_then(rule).unwrap_or_default();
    let dark = dark.and_then(rule).map(|rule| format!("@media (prefers-color-scheme:dark){{{rule}}}")).unwrap_or_default();
    (!light.is_empty() || !dark.is_empty()).then(|| light + &dark)
}

/// The mark: a line that ends in now.
pub fn mark(name: String, home: &'static str) -> impl IntoView {
    view! {
        <a class="mark" href=home>
            <svg viewBox="0 0 26 10" aria-hidden="true"><path d="M1 5h18" /><circle cx="21" cy="5" r="4" /></svg>
            {name}
        </a>
    }
}

fn top(bare: &Bare, frame: Frame) -> impl IntoView + use<> {
    let name = bare.arrival.workspace.as_ref().map_or("Throughline".to_owned(), |workspace| workspace.name.clone());
    let home = match frame {
        Frame::Portal(_) => "/portal",
        Frame::Desk(_) => "/desk",
        Frame::Store | Frame::Narrow => "/",
    };
    view! {
        <header class="top">
            {mark(name, home)}
            {match frame {
                Frame::Store => nav(&STORE, ""),
                Frame::Narrow => ().into_any(),
                Frame::Portal(tab) => portal_nav(bare, tab),
                Frame::Desk(tab) => nav(&DESK, desk_path(tab)),
            }}
            <div class="top-end">{account(bare)}</div>
        </header>
    }
}

/// A way through the product: address, word, and the picture that stands over the word on a phone.
type Way = (&'static str, &'static str, &'static str);

const STORE: [Way; 2] = [
    ("/#how", "How it works", "M4 12h10m4 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0"),
    ("/#offers", "Offers", "M5 5h14v14H5zM9 9h6M9 13h6"),
];
const PORTAL: [Way; 4] = [
    ("/portal", "Home", "M4 11l8-7 8 7v9h-5v-6H9v6H4z"),
    ("/portal/requests", "Requests", "M5 6h14M5 12h14M5 18h9"),
    ("/portal/people", "People", "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17 14c2.500.5 4 2.500 4 6"),
    ("/portal/billing", "Billing", "M4 6h16v12H4zM4 10h16"),
];
const DESK: [Way; 6] = [
    ("/desk", "Today", "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"),
    ("/desk/board", "Board", "M4 5h4v14H4zM10 5h4v9h-4zM16 5h4v11h-4z"),
    ("/desk/clients", "Clients", "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6"),
    ("/desk/agents", "Agents", "M4 12h11M18 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"),
    ("/desk/offers", "Offers", "M5 5h14v14H5zM9 9h6M9 13h6"),
    ("/desk/billing", "Billing", "M4 6h16v12H4zM4 10h16"),
];

fn portal_nav(bare: &Bare, tab: PortalTab) -> AnyView {
    let role = bare.arrival.standing.as_ref().map(|standing| standing.role);
    let ways: Vec<Way> = PORTAL
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

fn nav(ways: &[Way], here: &str) -> AnyView {
    let ways: Vec<_> = ways
        .iter()
        .map(|(path, word, picture)| {
            view! {
                <a href=*path aria-current=(*path == here).then_some("page")>
                    <svg viewBox="0 0 24 24" aria-hidden="true"><path d=*picture /></svg>
                    {*word}
                </a>
            }
        })
        .collect();
    view! { <nav class="top-nav" aria-label="Main">{ways}</nav> }.into_any()
}

fn account(bare: &Bare) -> AnyView {
    let Some(standing) = bare.arrival.standing.clone() else {
        let on_sign_in = bare.path.starts_with("/sign-in");
        return (!on_sign_in).then(|| view! { <a class="top-link" href="/sign-in">"Sign in"</a> }).into_any();
    };
    let client = standing.client.map(|(_, name)| name);
    let label = format!("{}: your account", standing.name);
    view! {
        {client.map(|name| view! { <span class="top-client">{name}</span> })}
        <a class="avatar person" href="/account" aria-label=label.clone() title=label>{initials(&standing.name)}</a>
    }
    .into_any()
}

/// The first letters of the first and last name.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let letter = |word: &&str| word.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    match words.as_slice() {
        [] => String::new(),
        [one] => letter(one),
        [first, .., last] => letter(first) + &letter(last),
    }
}

fn foot(bare: &Bare) -> impl IntoView + use<> {
    let name = bare.arrival.workspace.as_ref().map(|workspace| workspace.name.clone()).unwrap_or_default();
    view! {
        <footer class="foot">
            <span>{name}</span>
            <a href="/terms">"Terms"</a>
            <a href="/sign-in">"Sign in"</a>
        </footer>
    }
}
