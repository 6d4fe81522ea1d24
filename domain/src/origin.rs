//! What the work of a task came from, for those who look into it afterwards.

tokio::task_local! {
    static ORIGIN: Origin;
}

/// A request's id, and the span that it is traced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Shown to whoever asked when it fails, and in the log and the trace.
    pub request_id: String,
    /// W3C's `traceparent` of the request; none where nothing is traced. Runs that are queued keep it, so that what an agent
    /// does about a request is in the request's trace.
    pub trace_parent: Option<String>,
}

impl Origin {
    /// Does work that came from here. A task that is spawned from it begins anew, without an origin.
    pub async fn scope<W: Future>(self, work: W) -> W::Output {
        ORIGIN.scope(self, work).await
    }

    /// What the current task's work came from, if anyone said.
    #[must_use]
    pub fn current() -> Option<Self> {
        ORIGIN.try_with(Clone::clone).ok()
    }

    /// The id under which a failure is noted: of what the current task's work came from, else a new one.
    #[must_use]
    pub fn reference() -> String {
        Self::current().map_or_else(Self::new_id, |origin| origin.request_id)
    }

    /// Sixteen hexadecimal digits: short enough to be read out on the phone.
    #[must_use]
    pub fn new_id() -> String {
        let mut bytes = [0; 8];
        // Without randomness the id says so; the request is answered all the same.
        if getrandom::fill(&mut bytes).is_err() {
            bytes = [0; 8];
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The span of it.
    pub(crate) fn trace_parent() -> Option<String> {
        Self::current().and_then(|origin| origin.trace_parent)
    }
}
