use axum::response::Response;
use domain::accounts::{SignedInBrowser, display_email};
use leptos::prelude::*;

use super::{AccountView, browser::words};
use crate::{
    components::{
        field::{self, Field},
        page_head::PageHead,
        post_form::PostForm,
        time::Times,
        zone,
    },
    pages::account::{role_words, trial_hint},
    web::{Cx, DeskTab, Frame, Page, PortalTab},
};

/// The whole page, in the surroundings of the place that the person acts in.
pub(super) fn page(cx: &Cx, mine: &AccountView) -> Response {
    let frame =
        if mine.me.client.is_some() { Frame::Portal(PortalTab::None) } else { Frame::Desk(DeskTab::None) };
    let status = [&mine.forms.name, &mine.forms.zone]
        .into_iter()
        .find(|form| form.is_bad())
        .unwrap_or(&mine.forms.password)
        .status();
    let place = mine.me.client.as_ref().map_or_else(|| cx.workspace.name.clone(), |(_, name)| name.clone());
    Page::new(cx, "My account", frame).status(status).show(|| {
        view! {
            {PageHead::new("My account")
                .subtitle(view! { <span>{display_email(&mine.me.email)}</span><span>{place}</span><span>{role_words(mine.me.role)}</span> })
                .actions(view! { {cx.bare.arrival.elsewhere.then(|| view! { <a class="button" href="/account/workspaces">"Switch workspace"</a> })}
                    <form method="post" action="/sign-out">{field::token(cx)}<button class="button">"Sign out"</button></form> })
                .show()}
            {(!mine.confirmed).then(|| unconfirmed(cx, &mine.me.email))}
            {name_section(cx, mine)}
            {zone_section(cx, mine)}
            {password_section(cx, mine)}
            {browsers_section(cx, &mine.browsers)}
            {mine.me.client.as_ref().map(|(_, name)| data_section(name))}
        }
    })
}

fn unconfirmed(cx: &Cx, email: &str) -> AnyView {
    view! {
        <div class="notice waiting">
            <p><b>"Please confirm your email."</b> " We sent a link to " {display_email(email)} "."</p>
            <form method="post" action="/account/confirmation">{field::token(cx)}<button class="button">"Resend link"</button></form>
        </div>
        {trial_hint(&cx.bare)}
    }
    .into_any()
}

fn name_section(cx: &Cx, mine: &AccountView) -> AnyView {
    view! {
        <section class="section" aria-labelledby="about-me">
            <h2 id="about-me">"Your name"</h2>
            {PostForm::new(cx, "/account/name", &mine.forms.name).checked_by_browser()
                .fields(view! {
                    {Field::text(&mine.forms.name, "name", "Your name").autocomplete("name").required().max(80).show()}
                })
                .save("Save name")
                .show()}
        </section>
    }
    .into_any()
}

fn zone_section(cx: &Cx, mine: &AccountView) -> AnyView {
    view! {
        <section class="section" aria-labelledby="my-zone">
            <h2 id="my-zone">"Time zone"</h2>
            {PostForm::new(cx, "/account/zone", &mine.forms.zone).checked_by_browser()
                .fields(view! {
                    {Field::select(&mine.forms.zone, "zone", "Your time zone", zone::options(&as_device(cx), cx.workspace.locale))
                        .hint("Dates and times on your pages and in your emails are in this zone.")
                        .show()}
                })
                .save("Save time zone")
                .show()}
        </section>
    }
    .into_any()
}

fn password_section(cx: &Cx, mine: &AccountView) -> AnyView {
    view! {
        <section class="section" aria-labelledby="my-password">
            <h2 id="my-password">"Password"</h2>
            {PostForm::new(cx, "/account/password", &mine.forms.password).checked_by_browser()
                .fields(view! {
                    <input class="visually-hidden" type="email" name="email" autocomplete="username" value=display_email(&mine.me.email)
                        tabindex="-1" aria-hidden="true" readonly />
                    {Field::password(&mine.forms.password, "old", "Current password").autocomplete("current-password").required().show()}
                    {Field::password(&mine.forms.password, "password", "New password")
                        .hint("At least 10 characters. A short sentence works great.")
                        .autocomplete("new-password")
                        .required()
                        .show()}
                })
                .save("Change password")
                .show()}
        </section>
    }
    .into_any()
}

fn browsers_section(cx: &Cx, browsers: &[SignedInBrowser]) -> AnyView {
    let several = browsers.len() > 1;
    let rows: Vec<_> = browsers.iter().map(|browser| row(cx, browser)).collect();
    view! {
        <section class="section" aria-labelledby="my-browsers">
            <div class="section-head">
                <h2 id="my-browsers">"Where you’re signed in"</h2>
                {several.then(|| view! {
                    <form method="post" action="/account/sign-ins">
                        {field::token(cx)}
                        <button class="link-button" name="sign_in" value="others">"Sign out of all other devices"</button>
                    </form>
                })}
            </div>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

/// The way to everything that is the client's.
fn data_section(client: &str) -> AnyView {
    view! {
        <section class="section" aria-labelledby="my-data">
            <h2 id="my-data">"Your data"</h2>
            <p dir="auto">{format!("Everything of {client} in one zip file. Only owners can download it.")}</p>
            <p class="button-row"><a class="button" href="/portal/data">"Download everything"</a></p>
        </section>
    }
    .into_any()
}

fn row(cx: &Cx, browser: &SignedInBrowser) -> AnyView {
    let name = words(&browser.agent);
    let label = format!("Sign out of {name}");
    let times = Times::of(cx);
    let (since, seen) = (times.words(browser.since), times.words(browser.seen));
    view! {
        <li class="row">
            <div class="row-words">
                <b dir="auto">{name}</b>
                <p class="soft">{format!("Signed in {since} · last active {seen}")}</p>
            </div>
            {if browser.here {
                view! { <span class="tag in-progress">"This browser"</span> }.into_any()
            } else {
                view! {
                    <form method="post" action="/account/sign-ins">
                        {field::token(cx)}
                        <button class="button" name="sign_in" value=browser.handle.clone() aria-label=label>"Sign out"</button>
                    </form>
                }
                .into_any()
            }}
        </li>
    }
    .into_any()
}

/// What stands for no choice: the zone of the browser that asks, by name where it said it.
fn as_device(cx: &Cx) -> String {
    match cx.bare.browser_zone {
        Some(zone) => format!("As on my device ({})", zone.name().replace('_', " ")),
        None => "As on my device".to_owned(),
    }
}
