//! The top of a page: the way to it, its heading, a line below it, and what can be done from there.

use leptos::prelude::*;

use super::crumbs::crumbs;

/// The top of a page, built up from its heading.
pub struct PageHead {
    class: &'static str,
    heading: AnyView,
    /// What a reader of the screen is told when the page changes while it is looked at.
    say: Option<String>,
    crumbs: Option<AnyView>,
    below: Option<AnyView>,
    beside: Option<AnyView>,
}

impl PageHead {
    fn with(heading: AnyView) -> Self {
        Self { class: "page-head", heading, say: None, crumbs: None, below: None, beside: None }
    }

    /// A heading in our words.
    pub fn new(heading: impl Into<String>) -> Self {
        let heading: String = heading.into();
        Self::with(view! { <h1>{heading}</h1> }.into_any())
    }

    /// A heading that somebody typed, in whatever script.
    pub fn named(heading: impl Into<String>) -> Self {
        let heading: String = heading.into();
        Self::with(view! { <h1 dir="auto">{heading}</h1> }.into_any())
    }

    /// The addresses and names of what lies above, and the name of the page.
    pub fn crumbs<A: AsRef<str>, N: AsRef<str>>(mut self, above: &[(A, N)], here: &str) -> Self {
        self.crumbs = Some(crumbs(above, here).into_any());
        self
    }

    /// A line below the heading.
    pub fn subtitle(self, line: impl IntoView + 'static) -> Self {
        self.below(view! { <p class="page-sub">{line}</p> })
    }

    /// The same, where it is more than a line.
    pub fn below(mut self, view: impl IntoView + 'static) -> Self {
        self.below = Some(view.into_any());
        self
    }

    /// Buttons and links.
    pub fn actions(self, buttons: impl IntoView + 'static) -> Self {
        self.beside(view! { <div class="page-actions">{buttons}</div> })
    }

    /// The same, with what stands around them.
    pub fn beside(mut self, view: impl IntoView + 'static) -> Self {
        self.beside = Some(view.into_any());
        self
    }

    /// What a reader of the screen is told when it changes.
    pub fn announcement(mut self, words: String) -> Self {
        self.say = Some(words);
        self
    }

    /// Other classes than that of every head.
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// Left out where the page is printed.
    pub fn no_print(self) -> Self {
        self.class("page-head no-print")
    }

    pub fn show(self) -> AnyView {
        let Self { class, heading, say, crumbs, below, beside } = self;
        // Whatever is not there leaves no trace, so each has its own view.
        let words = match (crumbs, below) {
            (None, None) => view! { <div>{heading}</div> }.into_any(),
            (Some(crumbs), None) => view! { <div>{crumbs}{heading}</div> }.into_any(),
            (None, Some(below)) => view! { <div>{heading}{below}</div> }.into_any(),
            (Some(crumbs), Some(below)) => view! { <div>{crumbs}{heading}{below}</div> }.into_any(),
        };
        match beside {
            None => view! { <div class=class data-say=say>{words}</div> }.into_any(),
            Some(beside) => view! { <div class=class data-say=say>{words}{beside}</div> }.into_any(),
        }
    }
}
