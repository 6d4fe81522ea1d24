//! A client's balance on its own page and on the desk's, and `POST /desk/clients/{client}/balance`: an operator adds to it or
//! takes from it.

use axum::response::Response;
use domain::{
    billing::{
        Balance, BalanceEntry,
        commands::{self, BalanceForm},
    },
    format::Format,
    ids::ClientId,
    money::Money,
};
use leptos::prelude::*;

use crate::{
    components::desk::{client_path, hidden},
    web::{FormToken, Operator, Path, PostedForm, Problem, answer},
};

pub async fn adjust(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let form = BalanceForm {
        amount: fields.text("amount").to_owned(),
        takes: fields.text("change") == "take",
        note: fields.text("note").to_owned(),
    };
    let note = if form.takes {
        "Taken from the balance."
    } else {
        "Added to the balance. It pays the next invoice."
    };
    let done = commands::adjust_balance(cx.db(), &scope, client, &form).await;
    Ok(answer(&cx.bare, done, &fields.back(&client_path(client)), note))
}

/// What the client reads of its balance; nothing where there never was any.
pub fn mine(format: Format, balance: &Balance) -> AnyView {
    if balance.entries.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="section" aria-labelledby="balance">
            <div class="section-head"><h2 id="balance">"Your balance"</h2><b class="num">{sum(balance)}</b></div>
            <p class="soft">"It pays your next invoice automatically."</p>
            {entries(format, balance)}
        </section>
    }
    .into_any()
}

/// The same on the desk, with the form that changes it.
pub fn on_desk(format: Format, balance: &Balance, client: ClientId, token: &FormToken) -> AnyView {
    let base = client_path(client);
    view! {
        <section class="section" aria-labelledby="balance">
            <div class="section-head"><h2 id="balance">"Balance"</h2><b class="num">{sum(balance)}</b></div>
            <p class="soft">"Credit that pays the next invoice automatically."</p>
            {(!balance.entries.is_empty()).then(|| entries(format, balance))}
            <details class="more"><summary>"Add or take credit"</summary>
                <form class="form" method="post" action=format!("{base}/balance")>
                    {hidden(token, &base)}
                    <div class="form-row">
                        <div class="field">
                            <label for="balance-change">"Change"</label>
                            <select class="input" id="balance-change" name="change">
                                <option value="add">"Add credit"</option>
                                <option value="take">"Take credit back"</option>
                            </select>
                        </div>
                        <div class="field">
                            <label for="balance-amount">"Amount"</label>
                            <input class="input" id="balance-amount" name="amount" inputmode="decimal" autocomplete="off" required maxlength="24" />
                        </div>
                    </div>
                    <div class="field">
                        <label for="balance-note">"Reason"</label>
                        <input class="input" id="balance-note" name="note" required maxlength="300" />
                        <p class="hint">"The client sees it."</p>
                    </div>
                    <div class="button-row"><button class="button">"Save"</button></div>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn sum(balance: &Balance) -> String {
    let sums: Vec<String> = balance.sums.iter().map(|sum| sum.in_full()).collect();
    match (sums.is_empty(), balance.entries.first()) {
        (false, _) => sums.join(", "),
        (true, Some(entry)) => Money::zero(entry.amount.currency).in_full(),
        (true, None) => "None".to_owned(),
    }
}

fn entries(format: Format, balance: &Balance) -> AnyView {
    let rows: Vec<_> = balance.entries.iter().map(|entry| row(format, entry)).collect();
    view! {
        <details class="more"><summary>"Where it comes from"</summary>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"What"</th><th scope="col">"Date"</th><th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn row(format: Format, entry: &BalanceEntry) -> impl IntoView + use<> {
    let amount = match entry.amount.minor {
        1.. => format!("+{}", entry.amount.in_full()),
        _ => entry.amount.in_full(),
    };
    let what = match entry.note.as_str() {
        "" => entry.label(),
        note => format!("{}: {note}", entry.label()),
    };
    view! {
        <tr>
            <th scope="row" dir="auto">{what}</th>
            <td data-label="Date">{format.day(entry.made_at)}</td>
            <td data-label="Amount" class="end nowrap">{amount}</td>
        </tr>
    }
}
