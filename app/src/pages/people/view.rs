use domain::{
    Role,
    accounts::{Colleague, PendingInvitation, People, display_email},
};
use leptos::prelude::*;

use super::{PeopleContext, context::PeopleOf};
use crate::{
    components::{
        confirmation::Confirmation,
        field::{self, Field},
        page_head::PageHead,
        person::initials,
        post_form::PostForm,
        time::Times,
    },
    pages::account::{role_words, trial_hint},
    web::Form,
};

/// The whole page.
pub(super) fn page(at: &PeopleContext, people: &People, form: &Form) -> AnyView {
    let head = match &at.audience {
        PeopleOf::Portal => PageHead::new("People").subtitle("Who has access, and what they can do."),
        PeopleOf::Desk => PageHead::new("Operators")
            .subtitle("People who manage the desk with you. They can see all clients, offers, and billing."),
        PeopleOf::Client { id, name } => {
            let href = format!("/desk/clients/{id}");
            PageHead::new(format!("People at {name}"))
                .crumbs(&[("/desk/clients", "Clients"), (&href, name)], "People")
        }
    };
    view! { {head.show()} {section(at, people, form)} }.into_any()
}

/// The list, the open invitations and the form to invite: for this page and for a client's page on the desk.
pub fn section(at: &PeopleContext, people: &People, form: &Form) -> AnyView {
    let rows: Vec<_> = people.colleagues.iter().map(|colleague| row(at, colleague)).collect();
    let invited: Vec<_> = people.invited.iter().map(|invited| invited_row(at, invited)).collect();
    view! {
        <section class="section" aria-label="People with access"><ul class="rows">{rows}</ul></section>
        {(!invited.is_empty()).then(|| view! {
            <section class="section" aria-labelledby="invited">
                <div class="section-head"><h2 id="invited">"Invited"</h2></div>
                <ul class="rows">{invited}</ul>
            </section>
        })}
        {at.may_manage().then(|| invite(at, form))}
    }
    .into_any()
}

fn row(at: &PeopleContext, colleague: &Colleague) -> AnyView {
    let name = colleague.name.clone();
    let me = at.scope.person() == Some(colleague.person);
    let manage = at.may_manage().then(|| controls(at, colleague, me));
    view! {
        <li class="row">
            <span class="avatar person" aria-hidden="true">{initials(&name)}</span>
            <div class="row-words">
                <b dir="auto">{name}</b>{me.then_some(" (you)")}
                <p class="soft">{display_email(&colleague.email)}</p>
            </div>
            {manage.unwrap_or_else(|| view! { <span class="soft">{role_name(colleague.role)}</span> }.into_any())}
        </li>
    }
    .into_any()
}

fn controls(at: &PeopleContext, colleague: &Colleague, me: bool) -> AnyView {
    let (base, id) = (at.base(), colleague.membership);
    let dialog = format!("remove-{id}");
    let question = if me { "Remove yourself?".to_owned() } else { format!("Remove {}?", colleague.name) };
    let removal = if me {
        "You’ll lose access right away. Everything you wrote stays."
    } else {
        "They’ll lose access right away. Everything they wrote stays."
    };
    let remove = format!("Remove {}", colleague.name);
    view! {
        {(at.audience != PeopleOf::Desk).then(|| role_form(at, colleague))}
        <button class="button quiet" type="button" popovertarget=dialog.clone() aria-label=remove.clone()>"Remove"</button>
        {Confirmation {
            id: dialog.clone(),
            question,
            action: format!("{base}/{id}/removal"),
            keep: "Cancel",
        }
        .show(removal, view! {
            {field::token(&at.cx)}
            <button class="button danger">"Remove"</button>
        })}
    }
    .into_any()
}

fn role_form(at: &PeopleContext, colleague: &Colleague) -> AnyView {
    let action = format!("{}/{}/role", at.base(), colleague.membership);
    let label = format!("{}’s role", colleague.name);
    let options: Vec<_> = ROLES
        .iter()
        .map(|role| view! { <option value=role.as_str() selected=*role == colleague.role>{role_name(*role)}</option> })
        .collect();
    view! {
        <form class="row-form" method="post" action=action>
            {field::token(&at.cx)}
            <select class="input" name="role" aria-label=label>{options}</select>
            <button class="button">"Save"</button>
        </form>
    }
    .into_any()
}

/// What a client's people may be.
const ROLES: [Role; 3] = [Role::Owner, Role::Member, Role::Billing];

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Operator => "Operator",
        Role::Owner => "Owner",
        Role::Member => "Member",
        Role::Billing => "Billing",
        Role::Reader => "Reader",
    }
}

fn invited_row(at: &PeopleContext, invited: &PendingInvitation) -> AnyView {
    let (base, id) = (at.base(), invited.id);
    let until = if invited.expired {
        "link expired".to_owned()
    } else {
        format!("expires {}", when(at, invited.expires))
    };
    let (again, revoke) = (
        format!("Resend the invitation to {}", display_email(&invited.email)),
        format!("Cancel the invitation to {}", display_email(&invited.email)),
    );
    view! {
        <li class="row">
            <div class="row-words"><b>{display_email(&invited.email)}</b><p class="soft">{format!("{}, {until}", role_name(invited.role))}</p></div>
            <div class="row-form">
                <form method="post" action=format!("{base}/invitations/{id}/mail")>
                    {field::token(&at.cx)}<button class="button" aria-label=again>"Resend"</button>
                </form>
                <form method="post" action=format!("{base}/invitations/{id}/revocation")>
                    {field::token(&at.cx)}<button class="button quiet" aria-label=revoke>"Cancel invitation"</button>
                </form>
            </div>
        </li>
    }
    .into_any()
}

fn when(at: &PeopleContext, millis: i64) -> String {
    Times::of(&at.cx).words(millis)
}

fn invite(at: &PeopleContext, form: &Form) -> AnyView {
    let action = format!("{}/invitations", at.base());
    let role = if at.audience == PeopleOf::Desk {
        view! { <input type="hidden" name="role" value="operator" /> }.into_any()
    } else {
        let given = form.values.text("role");
        let chosen = Role::parse(given).unwrap_or(Role::Member);
        let choices: Vec<_> = ROLES
            .iter()
            .map(|role| {
                view! {
                    <label class="check">
                        <input type="radio" name="role" value=role.as_str() checked=*role == chosen />
                        <span>{role_name(*role)} <small class="hint">{role_words(*role)}</small></span>
                    </label>
                }
            })
            .collect();
        view! { <fieldset class="field" id="role"><legend>"Role"</legend><div class="choices">{choices}</div></fieldset> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="invite">
            <h2 id="invite">"Invite someone"</h2>
            {PostForm::new(&at.cx, action, form).checked_by_browser()
                .fields(view! {
                    {Field::email(form, "email", "Email").autocomplete("off").required().hint("They’ll get a link that works once and expires in seven days").show()}
                    {role}
                })
                .submit("Send invitation")
                .show()}
            {trial_hint(&at.cx.bare)}
        </section>
    }
    .into_any()
}
