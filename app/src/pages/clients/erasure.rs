//! `GET /desk/clients/{client}/erasure`, `POST` to the same: erasing a client that has left, asked about in full first;
//! `POST …/erasure/cancellation`: keeping it after all. And what is left of one that was erased.

use axum::response::{IntoResponse, Response};
use domain::{
    clients::Client,
    erasures::{self, Consequences, Erasure, KEPT_YEARS, NAMELESS},
    ids::ClientId,
    words,
};
use leptos::prelude::*;

use super::{LIST, find, show::ClientView};
use crate::{
    components::{
        desk::{client_path, hidden},
        field::{self, Field},
        page_head::PageHead,
        post_form::PostForm,
        time::Times,
    },
    web::{DeskTab, Fields, Form, Frame, Operator, Page, Path, PostedForm, Problem, answer, redirect_with},
};

pub async fn new(operator: Operator, Path(client): Path<ClientId>) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    draw(&operator, &client, &Form::of(Fields::default())).await
}

pub async fn create(
    operator: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let Operator { cx, scope, .. } = &operator;
    match erasures::commands::schedule(cx.db(), scope, client.id, fields.text("name")).await {
        Ok(due) => {
            let note = format!("{} will be erased on {}.", client.name, cx.bare.format().day(due));
            Ok(redirect_with(&client_path(client.id), &note))
        }
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, &client, &form).await
        }
    }
}

pub async fn cancel(
    operator: Operator,
    Path(client): Path<ClientId>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let Operator { cx, scope, .. } = operator;
    let done = erasures::commands::cancel(cx.db(), &scope, client.id).await;
    Ok(answer(
        &cx.bare,
        done,
        &client_path(client.id),
        &format!("{} stays. Nothing was erased.", client.name),
    ))
}

async fn draw(operator: &Operator, client: &Client, form: &Form) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let set = erasures::queries::find(cx.db(), scope, client.id).await?;
    let comes_to = erasures::queries::consequences(cx.db(), scope, client.id).await?;
    let title = format!("Erase {}", client.name);
    let page = Page::new(cx, &title, Frame::Desk(DeskTab::Clients)).status(form.status());
    Ok(page.show(|| view(operator, client, form, set.as_ref(), &comes_to)))
}

fn view(
    operator: &Operator,
    client: &Client,
    form: &Form,
    set: Option<&Erasure>,
    comes_to: &Consequences,
) -> AnyView {
    let back = client_path(client.id);
    let times = Times::of(&operator.cx);
    let inner = match set {
        Some(set) => pending(set, times, &operator.cx.bare.token, &back),
        None if client.archived_at.is_none() => first(form, &back),
        None => confirmation(operator, client, form, comes_to, times),
    };
    view! {
        {PageHead::named(format!("Erase {}?", client.name))
            .crumbs(&[(LIST, "Clients"), (&back, &client.name)], "Erase")
            .show()}
        {inner}
    }
    .into_any()
}

/// A client that has not left.
fn first(form: &Form, back: &str) -> AnyView {
    view! {
        {field::summary(form)}
        <section class="section">
            <p>"Only a client who has left can be erased. Cancel its subscription, archive it, then come back here."</p>
            <p class="button-row"><a class="button" href=back.to_owned()>"Back to the client"</a></p>
        </section>
    }
    .into_any()
}

fn confirmation(
    operator: &Operator,
    client: &Client,
    form: &Form,
    comes_to: &Consequences,
    times: Times,
) -> AnyView {
    let back = client_path(client.id);
    let due = times.day(comes_to.due_at);
    view! {
        <section class="section" aria-labelledby="e-goes">
            <div class="section-head"><h2 id="e-goes">"What goes"</h2></div>
            <div class="prose"><ul>{goes(comes_to).into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>()}</ul></div>
        </section>
        <section class="section" aria-labelledby="e-stays">
            <div class="section-head"><h2 id="e-stays">"What stays"</h2></div>
            <div class="prose"><ul>{stays(comes_to).into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>()}</ul></div>
        </section>
        <section class="section" aria-labelledby="e-when">
            <div class="section-head"><h2 id="e-when">"When"</h2></div>
            <p>{format!("On {due}. Until then you can keep the client with one click. After that, it can’t be restored.")}</p>
            {access(comes_to, times).map(|words| view! { <p>{words}</p> })}
            <p>"Its owners get an email with the date now."</p>
        </section>
        {PostForm::new(&operator.cx, format!("{back}/erasure"), form)
            .fields(view! {
                <p>"To go on, type the company’s name: " <b dir="auto">{client.name.clone()}</b></p>
                {Field::text(form, "name", "Company’s name").required().max(120).show()}
            })
            .buttons(view! {
                <button class="button danger">"Erase this client"</button>
                <a class="button quiet" href=back.clone()>"Cancel"</a>
            })
            .show()}
    }
    .into_any()
}

fn goes(comes_to: &Consequences) -> Vec<String> {
    let accounts = match comes_to.staying {
        0 => format!("{}, with password and sign-ins", words::count(comes_to.people, "account")),
        staying => format!(
            "{}, with password and sign-ins. {} also here for another company and only {} this one",
            words::count(comes_to.people, "account"),
            words::count_of(staying, "person is", "people are"),
            if staying == 1 { "loses" } else { "lose" },
        ),
    };
    vec![
        format!("{} with every message and deliverable", words::count(comes_to.requests, "request")),
        words::count(comes_to.files, "file"),
        words::count(comes_to.notes, "note"),
        accounts,
        "Invitations, agents and tokens made for this client alone, what the work cost, and its entries in the audit log"
            .to_owned(),
    ]
}

fn stays(comes_to: &Consequences) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(year) = comes_to.kept_until {
        lines.push(format!(
            "{}, because tax law asks for them: with number, lines, and the billing name and address as printed. The last \
             one is removed after December 31, {year}, {KEPT_YEARS} years after the year it was issued",
            words::count_of(comes_to.invoices, "invoice or credit note", "invoices and credit notes"),
        ));
    }
    if comes_to.unpaid > 0 {
        lines.push(format!(
            "{} to be paid. Mark as paid or void first if you can",
            words::count_of(comes_to.unpaid, "invoice is still", "invoices are still")
        ));
    }
    lines.push("One line in the audit log: that a client was erased, by whom, when, and its ID".to_owned());
    lines.push(
        "Backups made before that day. They hold everything until you delete them. If you restore one, erase the client again"
            .to_owned(),
    );
    lines.push(
        "What programs and services outside this portal were given: webhooks, models, other agents"
            .to_owned(),
    );
    lines
}

/// What of the days on which its people may read is cut short.
fn access(comes_to: &Consequences, times: Times) -> Option<String> {
    let until = comes_to.readable_until?;
    let (read, due) = (times.day(until), times.day(comes_to.due_at));
    Some(if until > comes_to.due_at {
        format!(
            "Its people could read and download until {read}. That ends on {due}, when the client is erased."
        )
    } else {
        format!("Its people can read and download until {read}.")
    })
}

fn pending(set: &Erasure, times: Times, token: &crate::web::FormToken, back: &str) -> AnyView {
    if set.begun {
        return view! { <p role="status">"Erasing has begun. In a few minutes, only invoices are left."</p> }
            .into_any();
    }
    let words = format!(
        "This client will be erased on {}. {} set it on {}.",
        times.day(set.due_at),
        set.asked_by,
        times.day(set.asked_at),
    );
    view! {
        <p dir="auto">{words}</p>
        <form class="button-row" method="post" action=format!("{back}/erasure/cancellation")>
            {hidden(token, back)}
            <button class="button primary">"Keep this client"</button>
        </form>
    }
    .into_any()
}

/// On an archived client's page: when it is erased, or the way there.
pub(super) fn section(shown: &ClientView) -> Option<AnyView> {
    shown.client.archived_at?;
    let back = client_path(shown.client.id);
    let inner = match &shown.erasure {
        Some(set) => pending(set, shown.times, &shown.token, &back),
        None => view! {
            <p class="soft">"Removes everything but its invoices. You have 30 days to change your mind."</p>
            <p class="button-row"><a class="button danger" href=format!("{back}/erasure")>"Erase this client…"</a></p>
        }
        .into_any(),
    };
    Some(
        view! {
            <section class="section" aria-labelledby="c-erase">
                <div class="section-head"><h2 id="c-erase">"Erase"</h2></div>
                {inner}
            </section>
        }
        .into_any(),
    )
}

/// The page of a client of which only invoices are left; none for any other.
pub(super) async fn erased(operator: &Operator, client: ClientId) -> domain::Result<Option<Response>> {
    let Operator { cx, scope, .. } = operator;
    let Some(erasure) = erasures::queries::find_done(cx.db(), scope, client).await? else { return Ok(None) };
    let page = Page::new(cx, NAMELESS, Frame::Desk(DeskTab::Clients));
    Ok(Some(page.show(|| remains(&erasure, Times::of(cx))).into_response()))
}

fn remains(erasure: &Erasure, times: Times) -> AnyView {
    let on = erasure.done_at.map(|at| times.day(at)).unwrap_or_default();
    let words = format!(
        "Everything of this client was erased on {on}. {} set it on {}. Its invoices stay in billing for {KEPT_YEARS} years.",
        erasure.asked_by,
        times.day(erasure.asked_at),
    );
    view! {
        {PageHead::new(NAMELESS)
            .crumbs(&[(LIST, "Clients")], NAMELESS)
            .subtitle(view! { <span class="id">{erasure.client.to_string()}</span> })
            .show()}
        <p dir="auto">{words}</p>
        <p class="button-row"><a class="button" href="/desk/billing">"Go to billing"</a></p>
    }
    .into_any()
}
