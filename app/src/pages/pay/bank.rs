//! Paying by bank transfer: the details, each to copy, and the code that banking programs read.

use domain::payments::{
    PayView,
    transfer::{epc_text, holder, transfer_lines},
};
use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// The modules around a code that stay white, as its standard wants.
const QUIET: usize = 4;

pub(super) fn details(pay: &PayView) -> AnyView {
    if pay.bank.trim().is_empty() {
        return view! { <p>{format!("{} hasn’t put its bank details here yet. Ask for them below.", pay.workspace_name)}</p> }
            .into_any();
    }
    let name = account_name(pay);
    let mut rows = Vec::new();
    if holder(&pay.bank).is_none() {
        rows.push(row("Account name", name.clone()));
    }
    rows.extend(transfer_lines(&pay.bank).into_iter().map(|line| {
        let label = if line.label.is_empty() { "Bank".to_owned() } else { line.label };
        row(&label, line.value)
    }));
    rows.push(row("Amount", pay.rest.in_full()));
    rows.push(row("Reference", pay.transfer_reference.clone()));
    view! {
        <p>"Please use the reference, so that we can tell whose it is. We’ll email you when it’s here."</p>
        <dl class="pay-details">{rows}</dl>
        {code(pay)}
        <button class="button primary large wide">"Email me these details"</button>
    }
    .into_any()
}

fn row(label: &str, value: String) -> AnyView {
    let (label, text) = (label.to_owned(), value.clone());
    view! {
        <div><dt>{label}</dt><dd><bdi>{value}</bdi></dd><dd class="pay-copy"><button class="button" type="button" data-copy=text><span aria-live="polite">"Copy"</span></button></dd></div>
    }
    .into_any()
}

/// Who gets the money: the first line of who bills.
pub(crate) fn account_name(pay: &PayView) -> String {
    let first = pay.invoice.bill_from.lines().next().map(str::trim).filter(|line| !line.is_empty());
    first.unwrap_or(&pay.workspace_name).to_owned()
}

/// The code of the European Payments Council, for euros.
pub(crate) fn transfer_code(pay: &PayView) -> Option<QrCode> {
    let text = epc_text(&pay.bank, &account_name(pay), pay.rest, &pay.transfer_reference)?;
    // Its standard asks for the correction level M.
    QrCode::with_error_correction_level(text, EcLevel::M).ok()
}

fn code(pay: &PayView) -> Option<AnyView> {
    let code = transfer_code(pay)?;
    let path = path_of(&code);
    let side = code.width() + 2 * QUIET;
    Some(
        view! {
            <figure class="pay-code">
                <svg viewBox=format!("0 0 {side} {side}") role="img" aria-label="QR code of this transfer" shape-rendering="crispEdges">
                    <path d=path />
                </svg>
                <figcaption>"Scan it with your banking app. It fills in everything."</figcaption>
            </figure>
        }
        .into_any(),
    )
}

/// The dark modules, each run of a row as one stroke of the path.
fn path_of(code: &QrCode) -> String {
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the path covers is what the code says is dark, to the module.
    #[test]
    fn a_code_is_drawn_module_by_module() {
        let code = QrCode::with_error_correction_level("BCD\n002\n1\nSCT", EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let drawn: usize = path_of(&code)
            .split('h')
            .skip(1)
            .step_by(2)
            .filter_map(|part| part.split('v').next().and_then(|run| run.parse::<usize>().ok()))
            .sum();
        assert_eq!(drawn, dark);
    }
}
