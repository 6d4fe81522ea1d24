//! `GET` and `POST /desk/codes`: discount codes; `POST /desk/codes/end`: one is not taken any more.

use axum::response::Response;
use domain::{
    Error,
    billing::{DiscountCode, DiscountCodeForm, commands, queries},
    money::Currency,
};
use leptos::prelude::*;

use crate::{
    components::{
        field::{Field, summary, token},
        page_head::PageHead,
    },
    web::{Cx, DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem, answer, redirect_with},
};

const CODES: &str = "/desk/codes";

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let codes = queries::list_codes(cx.db(), &scope).await?;
    Ok(page(&cx, &codes, &Form::of(Fields::default().with("kind", "percent"))))
}

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let text = |name: &str| fields.text(name).to_owned();
    let typed = DiscountCodeForm {
        code: text("code"),
        kind: text("kind"),
        value: text("value"),
        periods: text("periods"),
        ends_on: text("ends_on"),
        most_uses: text("most_uses"),
    };
    match commands::create_code(cx.db(), &scope, &typed).await {
        Ok(_) => Ok(redirect_with(CODES, "Code created. It works right away.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            let codes = queries::list_codes(cx.db(), &scope).await?;
            Ok(page(&cx, &codes, &form))
        }
    }
}

pub async fn end(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let done = match fields.text("code").parse() {
        Ok(code) => commands::end_code(cx.db(), &scope, code).await,
        Err(_) => Err(Error::NotFound),
    };
    Ok(answer(&cx.bare, done, CODES, "Ended. Clients who used it keep their discount."))
}

fn page(cx: &Cx, codes: &[DiscountCode], form: &Form) -> Response {
    Page::new(cx, "Discount codes", Frame::Desk(DeskTab::Offers)).status(form.status()).show(|| {
        view! {
            {PageHead::new("Discount codes")
                .crumbs(&[("/desk/offers", "Offers")], "Discount codes")
                .subtitle("New clients enter them at sign-up. You can also add one on a client’s page.")
                .show()}
            {list(cx, codes)}
            {new(cx, form)}
        }
    })
}

fn list(cx: &Cx, codes: &[DiscountCode]) -> AnyView {
    if codes.is_empty() {
        return view! { <p class="soft">"No codes yet."</p> }.into_any();
    }
    let rows: Vec<_> = codes.iter().map(|code| row(cx, code)).collect();
    view! {
        <table class="table stacks">
            <thead><tr>
                <th scope="col">"Code"</th><th scope="col">"Discount"</th><th scope="col">"Used"</th>
                <th scope="col">"Status"</th><th scope="col" class="end"><span class="visually-hidden">"Change"</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(cx: &Cx, code: &DiscountCode) -> impl IntoView + use<> {
    let used = match code.most_uses {
        Some(most) => format!("{} of {most}", code.uses),
        None => code.uses.to_string(),
    };
    let is_taken = code.is_taken(cx.db().now());
    let state = match code.ends_at.filter(|_| is_taken) {
        Some(ends) => format!("Until {}", cx.own_format().day(ends - chrono::TimeDelta::seconds(1))),
        None if is_taken => "Active".to_owned(),
        None => "Ended".to_owned(),
    };
    let class = if is_taken { "tag working" } else { "tag void" };
    let end = code.ended_at.is_none().then(|| {
        let label = format!("End {}", code.code);
        view! {
            <form method="post" action="/desk/codes/end">
                {token(cx)}
                <input type="hidden" name="code" value=code.id.to_string() />
                <button class="button quiet" aria-label=label>"End"</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">{code.code.clone()}</th>
            <td data-label="Discount">{code.label()}</td>
            <td data-label="Used">{used}</td>
            <td data-label="Status"><span class=class>{state}</span></td>
            <td class="end">{end}</td>
        </tr>
    }
}

fn new(cx: &Cx, form: &Form) -> AnyView {
    let currency: Currency = cx.workspace.currency.parse().unwrap_or(Currency::USD);
    let kinds = vec![
        ("percent".to_owned(), "Percent".to_owned()),
        ("amount".to_owned(), format!("Amount in {}", currency.code())),
    ];
    view! {
        <section class="section" aria-labelledby="new-code">
            <div class="section-head"><h2 id="new-code">"New code"</h2></div>
            <form class="form" method="post" action=CODES novalidate>
                {token(cx)}
                {summary(form)}
                {Field::text(form, "code", "Code").hint("Letters, digits, and hyphens, like WELCOME-20.").required().max(40).autocomplete("off").show()}
                <div class="form-row">
                    {Field::select(form, "kind", "Takes off", kinds).required().show()}
                    {Field::text(form, "value", "How much").required().max(24).show()}
                </div>
                <div class="form-row">
                    {Field::number(form, "periods", "For the first", "invoices").hint("Empty: every invoice.").max(3).show()}
                    {Field::number(form, "most_uses", "Can be used", "times").hint("Empty: as often as you like.").max(7).show()}
                </div>
                {Field::text(form, "ends_on", "Last day").hint("Like 2027-01-31. Empty: no end.").max(10).show()}
                <div class="button-row"><button class="button primary">"Create code"</button></div>
            </form>
        </section>
    }
    .into_any()
}
