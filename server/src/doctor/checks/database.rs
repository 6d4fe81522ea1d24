//! Whether the database answers, how far its schema is, and whether its user can take the roles.

use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::database::{self, DatabaseRole, State};
use crate::doctor::Finding;
use crate::postgres::{Cluster, Found};
use crate::settings::Settings;

const SUBJECT: &str = "Database";

/// Connects as the server would, without migrating anything.
pub(super) async fn check(settings: &Settings) -> Vec<Finding> {
    match &settings.database_url {
        Some(url) => match database::options(url) {
            Ok(options) => at(settings, &options, "answers").await,
            Err(reason) => vec![Finding::broken(SUBJECT, &reason)],
        },
        None => private(settings).await,
    }
}

/// A cluster that does not exist yet is left alone.
async fn private(settings: &Settings) -> Vec<Finding> {
    let Some(data) = settings.data().ok().filter(|data| data.join("postgres/PG_VERSION").exists()) else {
        return vec![Finding::ok(SUBJECT, "a private database will be created on first start")];
    };
    let (cluster, found) = match Cluster::keep_or_join(&data, &CancellationToken::new()).await {
        Ok(running) => running,
        Err(reason) => return vec![Finding::broken(SUBJECT, &reason)],
    };
    let how = match found {
        Found::Joined => "private database is up and in use",
        Found::Adopted => "private database is up (left running by an earlier server)",
        Found::Started => "private database starts and responds",
    };
    let findings = at(settings, &cluster.options(), how).await;
    cluster.stop().await;
    findings
}

async fn at(settings: &Settings, options: &sqlx::postgres::PgConnectOptions, how: &str) -> Vec<Finding> {
    let mut connection = match database::once(options).await {
        Ok(connection) => connection,
        Err(reason) => {
            let mend = "Start it, or fix DATABASE_URL.";
            return vec![Finding::fail(SUBJECT, format!("not responding: {reason}"), mend)];
        }
    };
    let mut findings = vec![version(&mut connection, how).await];
    if let Some(closed) = closed(&mut connection).await {
        findings.push(closed);
    }
    let state = database::state(&mut connection).await;
    findings.push(schema(&state));
    if let Some(lacking) = rights(&mut connection).await {
        findings.push(lacking);
        return findings;
    }
    if matches!(state, Ok(State::Current)) {
        findings.push(roles(&mut connection).await);
        findings.push(super::keys::check(settings, &mut connection).await);
        findings.push(super::files::check(settings, &mut connection).await);
        findings.extend(super::erased::check(&mut connection).await);
        findings.extend(super::payments::check(settings, &mut connection).await);
    }
    // The report is made; a goodbye that fails changes nothing.
    let _ = connection.close().await;
    findings
}

async fn version(connection: &mut PgConnection, how: &str) -> Finding {
    let asked = sqlx::query_scalar::<_, String>("SHOW server_version_num").fetch_one(connection).await;
    match asked.map(|number| number.parse::<u32>().unwrap_or_default() / 10_000) {
        Ok(major) if major >= crate::postgres::OLDEST => {
            Finding::ok(SUBJECT, format!("{how} (Postgres {major})"))
        }
        Ok(major) => Finding::fail(SUBJECT, format!("it is Postgres {major}"), "Use Postgres 15 or later."),
        Err(reason) => Finding::broken(SUBJECT, &reason),
    }
}

fn schema(state: &Result<State, sqlx::migrate::MigrateError>) -> Finding {
    const SUBJECT: &str = "Schema";
    match state {
        Ok(State::Current) => Finding::ok(SUBJECT, "up to date"),
        Ok(State::Behind(missing)) => Finding::warn(
            SUBJECT,
            format!("{missing} migrations haven’t been applied"),
            "Start the server or run `throughline migrate`.",
        ),
        Ok(State::Ahead(version)) => Finding::warn(
            SUBJECT,
            format!("a newer throughline has applied migration {version}"),
            "This version works beside what that one added, unless it refuses to start: then start the newer one.",
        ),
        Err(reason) => Finding::broken(SUBJECT, reason),
    }
}

/// Whether something speaks against serving what is there.
async fn closed(connection: &mut PgConnection) -> Option<Finding> {
    match domain::backup::closed_by(connection).await {
        Ok(why) => why.map(|why| Finding::fail("Install", database::closed(&why), "")),
        Err(reason) => Some(Finding::broken("Install", &reason)),
    }
}

/// What the user may not do, unless it may all.
async fn rights(connection: &mut PgConnection) -> Option<Finding> {
    match database::rights::missing(connection).await {
        Ok(None) => None,
        Ok(Some(missing)) => Some(Finding::fail(
            "Rights",
            format!("the database's user {} lacks a right: {}", missing.user, missing.lacks.join("; ")),
            format!("As a superuser of this Postgres run: {}", missing.statements.join(" ")),
        )),
        Err(reason) => Some(Finding::broken("Rights", &reason)),
    }
}

async fn roles(connection: &mut PgConnection) -> Finding {
    for role in DatabaseRole::ALL {
        let taken = match role.take(connection).await {
            Ok(()) => sqlx::query("RESET ROLE").execute(&mut *connection).await.map(|_| ()),
            refused => refused,
        };
        if let Err(reason) = taken {
            let mend = format!("Run `GRANT {} TO` the user of DATABASE_URL as a superuser.", role.name());
            return Finding::fail("Roles", reason.to_string(), mend);
        }
    }
    Finding::ok("Roles", "row-level security roles are available")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Severity;

    #[test]
    fn another_versions_schema_is_no_failure() {
        assert_eq!(schema(&Ok(State::Current)).verdict, Severity::Ok);
        assert_eq!(schema(&Ok(State::Behind(2))).verdict, Severity::Warn);
        assert_eq!(schema(&Ok(State::Ahead(9))).verdict, Severity::Warn);
    }
}
