//! What was typed on a page that has no form for it, and why it was refused on a page that has.

use super::{CarriedForm, FormToken};
use crate::web::{page::escape, textarea_text};

/// Why something was refused, for a page that is drawn in the place of the one that says so.
#[derive(Clone, Debug)]
pub struct Reason {
    pub title: String,
    pub advice: String,
}

impl Default for Reason {
    fn default() -> Self {
        Self {
            title: "That didn’t go through".into(),
            advice: "Check what you typed and send it again.".into(),
        }
    }
}

/// A page with the reason on top.
pub fn with_reason(page: &str, reason: &Reason) -> String {
    let Reason { title, advice } = reason;
    let notice = format!(
        "<div class=\"form-error\" role=\"alert\" tabindex=\"-1\" autofocus><h2>{}</h2><p>{} What you typed is still here.</p></div>",
        escape(title),
        escape(advice),
    );
    match page.find("<main").and_then(|at| page[at..].find('>').map(|end| at + end + 1)) {
        Some(at) => format!("{}{notice}{}", &page[..at], &page[at..]),
        None => page.to_owned(),
    }
}

/// A page with the fields below what it says; without a token they can be copied and not be sent.
pub fn beside(page: &str, typed: &CarriedForm, token: Option<&FormToken>) -> String {
    let section = section(typed, token);
    match page.rfind("</main>") {
        Some(at) => format!("{}{section}{}", &page[..at], &page[at..]),
        None => format!("{page}{section}"),
    }
}

fn section(typed: &CarriedForm, token: Option<&FormToken>) -> String {
    let shown: Vec<_> = typed.written().collect();
    let fields: String = shown.iter().enumerate().map(|(at, (name, value))| field(at, name, value)).collect();
    let words = match (token, typed.files) {
        (None, _) => "Copy it from here before you go on.",
        (Some(_), false) => "Nothing is lost. Change it if you need to, then send it again.",
        (Some(_), true) => "Nothing is lost but the files. Send it again, then add them once more.",
    };
    let form = match token {
        None => format!("<div class=\"form\">{fields}</div>"),
        Some(token) => {
            let hidden: String = typed
                .fields
                .iter()
                .filter(|(name, value)| !shown.contains(&(name.as_str(), value.as_str())))
                .map(|(name, value)| hidden(name, value))
                .collect();
            let kind = if typed.files { " enctype=\"multipart/form-data\"" } else { "" };
            format!(
                "<form class=\"form\" method=\"post\" action=\"{}\"{kind}>{}{hidden}{fields}\
                 <div class=\"button-row\"><button class=\"button primary\">Send again</button></div></form>",
                escape(&typed.action),
                hidden_token(token),
            )
        }
    };
    format!(
        "<section class=\"section\" id=\"typed\" aria-labelledby=\"typed-h\"><div class=\"section-head\">\
         <h2 id=\"typed-h\">What you typed</h2></div><p>{words}</p>{form}</section>"
    )
}

fn hidden_token(token: &FormToken) -> String {
    hidden("form_token", &token.0)
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
}

fn field(at: usize, name: &str, value: &str) -> String {
    let (label, name) = (escape(&label(name)), escape(name));
    let control = if value.contains('\n') || value.chars().count() > 60 {
        format!(
            "<textarea dir=\"auto\" class=\"input\" id=\"typed-{at}\" name=\"{name}\" rows=\"6\">{}</textarea>",
            textarea_text(value)
        )
    } else {
        format!(
            "<input dir=\"auto\" class=\"input\" id=\"typed-{at}\" name=\"{name}\" value=\"{}\">",
            escape(value)
        )
    };
    format!("<div class=\"field\"><label for=\"typed-{at}\">{label}</label>{control}</div>")
}

/// `bill_to`, as a person reads it.
fn label(name: &str) -> String {
    let words = match name {
        "text" => "Your words".to_owned(),
        other => other.replace(['_', '-'], " "),
    };
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
