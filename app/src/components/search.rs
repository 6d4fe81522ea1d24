//! A search that is a plain form: what is looked for stands in the address.

use leptos::prelude::*;

/// The most characters that are looked for.
pub const MOST: usize = 120;

/// A search field that leads to `action?q=`; `keep`: what else stays in the address.
pub fn search(
    action: &'static str,
    label: &'static str,
    words: &str,
    keep: &[(&'static str, String)],
) -> AnyView {
    search_for(action, [label, label], MOST, words, keep)
}

/// The same with a label and another placeholder, and with the most characters that are looked for.
pub fn search_for(
    action: &'static str,
    [label, placeholder]: [&'static str; 2],
    most: usize,
    words: &str,
    keep: &[(&'static str, String)],
) -> AnyView {
    let keep: Vec<_> = keep
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone() /> })
        .collect();
    let words = words.to_owned();
    view! {
        <form role="search" action=action>
            {keep}
            <div class="search">
                <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="9" cy="9" r="5.5" /><path d="M13 13l4 4" /></svg>
                <input dir="auto" class="input" type="search" name="q" aria-label=label placeholder=placeholder value=words
                    maxlength=most.to_string() />
            </div>
        </form>
    }
    .into_any()
}

/// An address with a query of what is not empty.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let query: Vec<_> = query.iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_urlencoded::to_string(&query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_says_only_what_was_chosen() {
        assert_eq!(address("/desk/clients", &[("q", ""), ("page", "")]), "/desk/clients");
        assert_eq!(
            address("/desk/clients", &[("q", "a & b"), ("page", "2")]),
            "/desk/clients?q=a+%26+b&page=2"
        );
    }
}
