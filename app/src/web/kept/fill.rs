//! Fills a form of a page that was drawn for somebody else's eyes: an empty one, before anything was typed.

use super::{CarriedForm, FIELD};
use crate::web::{page::escape, textarea_text};

/// The page with what was typed in the form that it was typed into; none where it has no such form.
pub fn fill(page: &str, typed: &CarriedForm) -> Option<String> {
    let form = forms(page).into_iter().find(|form| form.takes(page, typed))?;
    let mut out = page[..form.from].to_owned();
    if let Some(details) = form.details.filter(|tag| tag.attribute("open").is_none()) {
        // What is folded away would look lost.
        let at = details.from + "<details".len();
        out.insert_str(at, " open");
    }
    let mut at = form.from;
    let mut select = None;
    while let Some(tag) = next_tag(page, at).filter(|tag| tag.from < form.to) {
        out.push_str(&page[at..tag.from]);
        at = tag.to;
        let name = tag.attribute("name").unwrap_or_default();
        match (tag.name.as_str(), tag.closing) {
            ("input", _) => out.push_str(&input(page, &tag, &name, typed)),
            ("textarea", false) => {
                out.push_str(&page[tag.from..tag.to]);
                let end = page[at..].find("</textarea").map_or(form.to, |end| at + end);
                match typed.all(&name).next() {
                    Some(value) => out.push_str(&textarea_text(value)),
                    None => out.push_str(&page[at..end]),
                }
                at = end;
            }
            ("select", closing) => {
                select = (!closing && typed.all(&name).next().is_some()).then_some(name);
                out.push_str(&page[tag.from..tag.to]);
            }
            ("option", false) => match &select {
                Some(name) => {
                    let value = tag.attribute("value").unwrap_or_default();
                    let chosen = typed.all(name).any(|typed| typed == value);
                    out.push_str(&tag.with(page, &["selected"], chosen.then(|| " selected".to_owned())));
                }
                None => out.push_str(&page[tag.from..tag.to]),
            },
            _ => out.push_str(&page[tag.from..tag.to]),
        }
    }
    out.push_str(&page[at..]);
    Some(out)
}

fn input(page: &str, tag: &Tag, name: &str, typed: &CarriedForm) -> String {
    match tag.attribute("type").as_deref().unwrap_or("text") {
        // But for what was typed before this very form.
        "hidden" if name == FIELD => tag.with(page, &["value"], typed.all(name).next().map(value)),
        "hidden" | "password" | "file" | "submit" | "button" | "reset" | "image" => {
            page[tag.from..tag.to].to_owned()
        }
        "checkbox" | "radio" => {
            let value = tag.attribute("value").unwrap_or_else(|| "on".to_owned());
            let ticked = typed.all(name).any(|typed| typed == value);
            tag.with(page, &["checked"], ticked.then(|| " checked".to_owned()))
        }
        _ => match typed.all(name).next() {
            Some(typed) => tag.with(page, &["value"], Some(value(typed))),
            None => page[tag.from..tag.to].to_owned(),
        },
    }
}

fn value(typed: &str) -> String {
    format!(" value=\"{}\"", escape(typed))
}

/// A form's inside.
struct FormTag {
    action: String,
    from: usize,
    to: usize,
    /// What it is folded into.
    details: Option<Tag>,
    /// It is in a dialog, which only a press opens.
    hidden: bool,
}

impl FormTag {
    /// Whether it is the one: it leads there, can be seen, and has a field for every word.
    fn takes(&self, page: &str, typed: &CarriedForm) -> bool {
        let mut names = Vec::new();
        let mut at = self.from;
        while let Some(tag) = next_tag(page, at).filter(|tag| tag.from < self.to) {
            at = tag.to;
            let kind = tag.attribute("type").unwrap_or_default();
            if matches!(tag.name.as_str(), "input" | "textarea" | "select") && kind != "hidden" {
                names.extend(tag.attribute("name"));
            }
        }
        let leads = self.action.split('#').next() == typed.action.split('#').next();
        leads && !self.hidden && typed.written().all(|(name, _)| names.iter().any(|known| known == name))
    }
}

fn forms(page: &str) -> Vec<FormTag> {
    let (mut forms, mut at): (Vec<FormTag>, usize) = (Vec::new(), 0);
    let (mut details, mut dialogs): (Vec<Tag>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut divs = 0;
    while let Some(tag) = next_tag(page, at) {
        at = tag.to;
        match (tag.name.as_str(), tag.closing) {
            ("form", false) => {
                let action = tag.attribute("action").unwrap_or_default();
                let to = page[at..].find("</form").map_or(page.len(), |end| at + end);
                let details = details.last().cloned();
                forms.push(FormTag { action, from: at, to, details, hidden: !dialogs.is_empty() });
            }
            ("details", false) => details.push(tag),
            ("details", true) => drop(details.pop()),
            ("div", false) => {
                divs += 1;
                if tag.attribute("popover").is_some() {
                    dialogs.push(divs);
                }
            }
            ("div", true) => {
                if dialogs.last() == Some(&divs) {
                    dialogs.pop();
                }
                divs = divs.saturating_sub(1);
            }
            _ => {}
        }
    }
    forms
}

/// A tag as it stands in a page.
#[derive(Clone)]
struct Tag {
    name: String,
    closing: bool,
    from: usize,
    to: usize,
    /// Names in small letters, values as a reader has them, and where each stands.
    attributes: Vec<(String, String, usize, usize)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(key, ..)| key == name).map(|(_, value, ..)| value.clone())
    }

    /// The tag without some attributes, and with another.
    fn with(&self, page: &str, without: &[&str], more: Option<String>) -> String {
        let mut tag = format!("<{}", self.name);
        for (name, _, from, to) in &self.attributes {
            if !without.contains(&name.as_str()) {
                tag.push(' ');
                tag.push_str(&page[*from..*to]);
            }
        }
        tag.push_str(&more.unwrap_or_default());
        tag.push('>');
        tag
    }
}

/// The next tag from there on; what stands in comments and scripts is none.
fn next_tag(page: &str, mut at: usize) -> Option<Tag> {
    loop {
        let from = at + page[at..].find('<')?;
        let rest = &page[from..];
        if rest.starts_with("<!--") {
            at = from + rest.find("-->")? + 3;
            continue;
        }
        let closing = rest.starts_with("</");
        let name_at = from + 1 + usize::from(closing);
        let name: String = page[name_at..].chars().take_while(char::is_ascii_alphanumeric).collect();
        if name.is_empty() {
            at = from + 1;
            continue;
        }
        let (attributes, to) = attributes(page, name_at + name.len())?;
        let name = name.to_ascii_lowercase();
        if !closing && matches!(name.as_str(), "script" | "style") {
            at = to + page[to..].find("</")?;
            continue;
        }
        return Some(Tag { name, closing, from, to, attributes });
    }
}

type Attributes = Vec<(String, String, usize, usize)>;

/// Up to the tag's end.
fn attributes(page: &str, mut at: usize) -> Option<(Attributes, usize)> {
    let mut found = Vec::new();
    loop {
        at += page[at..].find(|c: char| !c.is_whitespace() && c != '/')?;
        if page[at..].starts_with('>') {
            return Some((found, at + 1));
        }
        let from = at;
        at += page[at..]
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .filter(|n| *n > 0)
            .unwrap_or(1);
        let name = page.get(from..at)?.to_ascii_lowercase();
        let Some(rest) = page[at..].strip_prefix('=') else {
            found.push((name, String::new(), from, at));
            continue;
        };
        let (value, end) = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = rest[1..].find(quote)?;
                (&rest[1..=end], at + 1 + end + 2)
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || c == '>')?;
                (&rest[..end], at + 1 + end)
            }
        };
        found.push((name, unescape(value), from, end));
        at = end;
    }
}

/// Text as a reader has it.
pub fn unescape(html: &str) -> String {
    let named = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    named.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<main><!-- <form action=\"/x\"> --><form method=\"post\" action=\"/other\"><input name=\"name\"></form>\
        <details class=\"more\"><summary>Ask</summary><form method=\"post\" action=\"/x?a=1&amp;b=2\"><input type=\"hidden\" \
        name=\"form_token\" value=\"t\"><input class=\"input\" name=\"name\" value=\"old\" required><input type=\"checkbox\" \
        name=\"news\" checked><input type=\"radio\" name=\"size\" value=\"l\"><select name=\"to\"><option value=\"\" \
        selected>-</option><option value=\"b&amp;c\">B</option></select><textarea name=\"text\">\nold</textarea></form></details></main>";

    fn typed(fields: &[(&str, &str)]) -> CarriedForm {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        CarriedForm { action: "/x?a=1&b=2".into(), files: false, fields }
    }

    #[test]
    fn every_kind_of_field_is_filled() {
        let typed = typed(&[("name", "\"N\" <i>"), ("size", "l"), ("to", "b&c"), ("text", "</textarea><b>")]);
        let page = fill(PAGE, &typed).unwrap();
        for piece in [
            "<details open class=\"more\">",
            "<input class=\"input\" name=\"name\" required value=\"&quot;N&quot; &lt;i&gt;\">",
            "<input type=\"checkbox\" name=\"news\">",
            "<input type=\"radio\" name=\"size\" value=\"l\" checked>",
            "<option value=\"\">-</option><option value=\"b&amp;c\" selected>B</option>",
            "<textarea name=\"text\">\n&lt;/textarea&gt;&lt;b&gt;</textarea></form></details></main>",
            "action=\"/other\"><input name=\"name\"></form>",
        ] {
            assert!(page.contains(piece), "{piece}\n{page}");
        }
        assert!(typed.stands_in(&page));
    }

    #[test]
    fn a_page_without_the_form_stays_as_it_is() {
        assert_eq!(fill(PAGE, &typed(&[("other", "x")])), None);
        assert_eq!(fill("<main", &typed(&[("name", "x")])), None);
        let closed = PAGE
            .replace("<details", "<div popover=\"auto\"><details")
            .replace("</details>", "</details></div>");
        assert_eq!(fill(&closed, &typed(&[("name", "x")])), None);
    }
}
