use axum::{Router, routing::MethodRouter};

/// Routes, and beside them the patterns of their addresses: axum does not tell them, and whoever looks at every one of
/// them (the walk of the tests) must not have to remember any.
pub struct Routes<S> {
    router: Router<S>,
    patterns: Vec<String>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub fn new() -> Self {
        Self { router: Router::new(), patterns: Vec::new() }
    }

    /// Answers a pattern, as [`Router::route`] does.
    pub fn route(mut self, pattern: &str, methods: MethodRouter<S>) -> Self {
        self.patterns.push(pattern.to_owned());
        Self { router: self.router.route(pattern, methods), ..self }
    }

    /// Takes others in.
    pub fn merge(mut self, other: Self) -> Self {
        self.patterns.extend(other.patterns);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// What axum serves.
    pub fn into_router(self) -> Router<S> {
        self.router
    }

    /// Every pattern, in the order in which it was added.
    pub fn into_patterns(self) -> Vec<String> {
        self.patterns
    }
}
