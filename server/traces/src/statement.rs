//! Statements as spans: sqlx tells of each that ran, with the time that it took.

use std::{
    fmt,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use domain::Clock;
use opentelemetry::{
    KeyValue,
    trace::{Span, SpanKind, Tracer},
};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{
    Dispatch, Event, Subscriber,
    dispatcher::WeakDispatch,
    field::{Field, Visit},
};
use tracing_subscriber::{
    layer::{Context, Layer},
    registry::LookupSpan,
};

/// Makes a span under the one that waited for it. What no request and no attempt waited for (jobs that look for work, the
/// session log's writer, who commits for many at once) makes none: that would be most of all spans.
pub(super) struct Statements {
    tracer: SdkTracer,
    clock: Clock,
    dispatch: OnceLock<WeakDispatch>,
}

impl Statements {
    pub(super) fn new(tracer: SdkTracer, clock: Clock) -> Self {
        Self { tracer, clock, dispatch: OnceLock::new() }
    }
}

impl<S> Layer<S> for Statements
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        let _ = self.dispatch.set(subscriber.downgrade());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let waited = context.event_span(event).map(|span| span.id());
        let dispatch = self.dispatch.get().and_then(WeakDispatch::upgrade);
        let (Some(waited), Some(dispatch)) = (waited, dispatch) else { return };
        let Some(parent) = tracing_opentelemetry::get_otel_context(&waited, &dispatch) else { return };
        let mut ran = ExecutedStatement::default();
        event.record(&mut ran);
        let end = SystemTime::from(self.clock.now());
        let summary = Summary::of(&ran.statement);
        let mut attributes = vec![
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("db.operation.name", summary.operation.clone()),
            KeyValue::new("db.response.returned_rows", ran.rows),
        ];
        if let Some(table) = &summary.table {
            attributes.push(KeyValue::new("db.collection.name", table.clone()));
        }
        let took = Duration::try_from_secs_f64(ran.seconds).unwrap_or_default();
        self.tracer
            .span_builder(summary.to_string())
            .with_kind(SpanKind::Client)
            .with_start_time(end - took)
            .with_attributes(attributes)
            .start_with_context(&self.tracer, &parent)
            .end_with_timestamp(end);
    }
}

/// What sqlx tells.
#[derive(Default)]
struct ExecutedStatement {
    statement: String,
    seconds: f64,
    rows: i64,
}

impl Visit for ExecutedStatement {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = i64::try_from(value).unwrap_or(i64::MAX);
        }
    }

    /// The whole statement, or its beginning where that is all of it.
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_whole = field.name() == "db.statement" && !value.is_empty();
        let is_beginning = field.name() == "summary" && self.statement.is_empty();
        if is_whole || is_beginning {
            value.clone_into(&mut self.statement);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// What a statement does to which table: as much as can be told without repeating any of its text, in which a value could
/// stand one day.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    operation: String,
    table: Option<String>,
}

const OPERATIONS: [&str; 12] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "WITH",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "LOCK",
    "MERGE",
];

impl Summary {
    fn of(statement: &str) -> Self {
        // Every second piece stands between quotes.
        let bare = statement.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = bare
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        let first = words.first().map(|word| word.to_ascii_uppercase());
        let operation = first.filter(|word| OPERATIONS.contains(&word.as_str())).unwrap_or("OTHER".into());
        let before = |word: &str| {
            ["FROM", "INTO", "UPDATE", "JOIN"].iter().any(|before| word.eq_ignore_ascii_case(before))
        };
        let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let table = words.windows(2).find(|pair| before(pair[0]) && is_name(&pair[1]));
        Self { operation, table: table.map(|pair| pair[1].to_owned()) }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) => write!(f, "{} {table}", self.operation),
            None => f.write_str(&self.operation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn a_statement_is_named_by_what_it_does_to_which_table() {
        for (statement, name) in [
            ("SELECT id FROM run WHERE id = $1", "SELECT run"),
            ("\n\nINSERT INTO request (id)\n VALUES ($1)", "INSERT request"),
            ("UPDATE run SET state = 'working'", "UPDATE run"),
            ("DELETE FROM mail", "DELETE mail"),
            ("SELECT set_config('role', 'throughline_app', true)", "SELECT"),
            ("WITH due AS (SELECT id FROM wake) UPDATE stream SET x = 1", "WITH wake"),
            ("BEGIN", "BEGIN"),
            ("", "OTHER"),
        ] {
            assert_eq!(Summary::of(statement).to_string(), name, "{statement}");
        }
    }

    #[test]
    fn no_text_of_it_is_repeated() {
        for statement in [
            "SELECT 'a secret FROM hidden' AS x",
            "hidden words",
            "SELECT 'it''s FROM hidden'",
            "SELECT $$ FROM Hidden9 $$",
        ] {
            let name = Summary::of(statement).to_string();
            assert!(!name.to_lowercase().contains("hidden"), "{statement}: {name}");
        }
    }
}
