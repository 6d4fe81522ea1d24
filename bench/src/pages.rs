//! Pages through the real router, one at a time, signed in as those who read them.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use app::web::{App, Site};
use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use clap::Args;
use domain::{Clock, Db, install as own};
use http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use http_body_util::BodyExt;
use server::{
    database::Role,
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use sessions::Engine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    install::{self, BIG, PASSWORD, SMALL, Size},
    report::{self, Row, quantile},
    sql_time::SqlTime,
};

type Failure = Box<dyn std::error::Error>;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// A superuser's address in a cluster that can be thrown away.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 300)]
    times: usize,
    /// Keep the databases for a look at their plans.
    #[arg(long)]
    keep: bool,
}

/// A page, and who reads it.
struct Page {
    name: &'static str,
    path: &'static str,
    reader: Reader,
}

#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Owner,
    Operator,
}

const PAGES: [Page; 4] = [
    Page { name: "portal home", path: "/portal", reader: Reader::Owner },
    Page { name: "request", path: "/portal/requests/96", reader: Reader::Owner },
    Page { name: "board", path: "/desk/board", reader: Reader::Operator },
    Page { name: "Today", path: "/desk", reader: Reader::Operator },
];

/// Fills both installs, measures each page beside each, and prints the table.
///
/// # Errors
/// When Postgres or a page does not answer as it should.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let sql = SqlTime::default();
    let statements = Targets::new().with_target("sqlx::query", tracing::Level::DEBUG);
    tracing_subscriber::registry().with(sql.clone().with_filter(statements)).init();
    let server: PgConnectOptions = options.database_url.parse()?;
    let mut rows = Vec::new();
    for size in [SMALL, BIG] {
        let database = install::make(&server, size).await?;
        rows.extend(measure(&database, size, options.times, &sql).await?);
        if !options.keep {
            install::drop(&server, size).await?;
        }
    }
    rows.sort_by_key(|row| PAGES.iter().position(|page| page.name == row.page));
    report::print(&rows);
    Ok(())
}

async fn measure(
    database: &PgConnectOptions,
    size: Size,
    times: usize,
    sql: &SqlTime,
) -> Result<Vec<Row>, Failure> {
    let app = app(database).await?;
    let engine = app.db.engine().clone();
    let shutdown = Shutdown::on_signals()?;
    let routes = router::routes(app, Live::new(shutdown.clone(), Pace::default()));
    let mut rows = Vec::new();
    for page in &PAGES {
        let who = match page.reader {
            Reader::Owner => "owner7@bench.test",
            Reader::Operator => "operator@bench.test",
        };
        let cookie = sign_in(&routes, who).await?;
        rows.push(samples(&routes, page, &cookie, size, times, sql).await?);
    }
    shutdown.begin();
    shutdown.drained().await;
    engine.shutdown().await;
    Ok(rows)
}

async fn samples(
    routes: &Router,
    page: &Page,
    cookie: &str,
    size: Size,
    times: usize,
    sql: &SqlTime,
) -> Result<Row, Failure> {
    let (mut whole, mut waited, mut statements, mut bytes) = (Vec::new(), Vec::new(), 0, 0);
    // The first ones fill caches and prepare statements; a page is not judged by them.
    for round in 0..times + times / 10 {
        sql.take();
        let started = Instant::now();
        let answer =
            send(routes, Request::get(page.path).header(COOKIE, cookie).body(Body::empty())?).await?;
        if !answer.status().is_success() {
            return Err(format!("{} answered {}", page.path, answer.status()).into());
        }
        bytes = answer.into_body().collect().await?.to_bytes().len();
        let took = started.elapsed().as_secs_f64() * 1e3;
        let (in_sql, count) = sql.take();
        if round >= times / 10 {
            whole.push(took);
            waited.push(in_sql);
            statements = count;
        }
    }
    whole.sort_by(f64::total_cmp);
    waited.sort_by(f64::total_cmp);
    Ok(Row {
        install: size.name,
        page: page.name,
        p50: quantile(&whole, 0.5),
        p99: quantile(&whole, 0.99),
        sql_p50: quantile(&waited, 0.5),
        statements,
        bytes,
    })
}

async fn app(database: &PgConnectOptions) -> Result<App, Failure> {
    let pool = |role: Role, connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .after_connect(move |connection, _| Box::pin(role.take(connection)))
            .connect_with(database.clone())
    };
    let engine = Engine::start(pool(Role::Sessions, 6).await?, sessions::Options::default());
    let db = Db::new(pool(Role::App, 10).await?, engine, Clock::system());
    let site = Site {
        public_url: "http://127.0.0.1:3000".parse()?,
        loopback: true,
        outbox: true,
        files: std::env::temp_dir(),
        form_key: own::key(&db, "form_key").await?,
        asset: |name| server::assets::url(name).unwrap_or_default(),
    };
    Ok(App { db, site: Arc::new(site) })
}

/// Through the form, as a person would; the cookies that the pages want.
async fn sign_in(routes: &Router, email: &str) -> Result<String, Failure> {
    let page = send(routes, Request::get("/sign-in").body(Body::empty())?).await?;
    let form_cookie =
        cookies(&page).into_iter().find(|cookie| cookie.starts_with("form=")).ok_or("no form cookie")?;
    let html = String::from_utf8(page.into_body().collect().await?.to_bytes().to_vec())?;
    let token = html
        .split("name=\"form_token\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .ok_or("no form token on the page")?;
    let body = format!(
        "form_token={token}&email={}&password={}",
        email.replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let request = Request::post("/sign-in")
        .header(COOKIE, &form_cookie)
        .header(ORIGIN, "http://127.0.0.1:3000")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))?;
    let answer = send(routes, request).await?;
    let mine = cookies(&answer)
        .into_iter()
        .find(|cookie| cookie.starts_with("sign_in="))
        .ok_or_else(|| format!("signing in answered {}", answer.status()))?;
    Ok(format!("{form_cookie}; {mine}"))
}

async fn send(routes: &Router, mut request: Request<Body>) -> Result<Response, Failure> {
    request.headers_mut().insert(HOST, http::HeaderValue::from_static("127.0.0.1:3000"));
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
    Ok(routes.clone().oneshot(request).await?)
}

fn cookies(response: &Response) -> Vec<String> {
    response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect()
}
